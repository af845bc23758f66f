public import HoldfastCore
public import HoldfastTensor

/// What the anchors of a training may be made of.
public struct TrainingContext {
  /// The head over the classes of the training data; nil when they are not known.
  public var head: Head?
  /// The names of the classes, in the order of the labels; nil when they are not known.
  public var classes: [String]?
  /// Texts to embeddings in the model's space, not normalised: `(B, D)`; nil for a model without a
  /// text tower.
  public var texts: (([String]) throws -> Tensor)?
  /// Several descriptions of each class, in the order of the labels; nil when none were given.
  public var captions: [[String]]?

  /// A head, and what else there is.
  public init(
    head: Head? = nil, classes: [String]? = nil, texts: (([String]) throws -> Tensor)? = nil,
    captions: [[String]]? = nil
  ) {
    self.head = head
    self.classes = classes
    self.texts = texts
    self.captions = captions
  }

  /// The anchors, one for each class: `(D, K)`.
  ///
  /// - Throws: `UsageError` when there are no classes, or several anchors for each.
  func requireAnchors(_ method: String) throws(UsageError) -> Tensor {
    guard let anchors = head?.anchors else {
      throw UsageError(
        "\(method) needs labelled data and anchors for the classes",
        hint: "name the classes with --classes, or train without labels: fare")
    }
    guard head?.anchorsPerClass == 1 else {
      throw UsageError(
        "\(method) takes one anchor for each class", hint: "reduce anchors to their mean")
    }
    return anchors
  }

  /// Unit embeddings of texts as columns: `(D, count)`.
  ///
  /// - Throws: `UsageError` when the model reads no texts.
  func columns(of prompts: [String], _ method: String) throws -> Tensor {
    guard let texts else {
      throw UsageError(
        "\(method) needs the model's text tower and its tokenizer",
        hint: "put CLIP's vocab.json and merges.txt (or tokenizer.json) into the folder")
    }
    return try withoutGradients {
      try texts(prompts).to(.float32).normalized().transposed(0, 1).contiguous()
    }
  }
}

/// The anchors that a method trains under.
public struct TrainingHead {
  /// The head that the loss and the inner attack read embeddings by; nil for a method without labels.
  public var head: Head?
  /// The head that validation samples are judged by; that of the training unless said otherwise.
  public var judge: Head?
  /// What else the loss looks at, by the method's own names.
  public var texts: [String: Tensor]
  /// What the bundle keeps beside weights, by name.
  public var kept: [String: Tensor]
  /// What a user may want to know before the training, by name.
  public var facts: [String: Double]

  /// A head, which also judges.
  public init(
    _ head: Head?, judge: Head? = nil, texts: [String: Tensor] = [:],
    kept: [String: Tensor] = [:], facts: [String: Double] = [:]
  ) {
    self.head = head
    self.judge = judge ?? head
    self.texts = texts
    self.kept = kept
    self.facts = facts
  }
}
