public import HoldfastLayers
public import HoldfastTensor

/// The model under attack: what answers for it, and what is known about it.
public struct Subject {
  /// The encoder, with every defence that is part of it.
  ///
  /// It says what inputs the subject takes, and on which device. For answers use ``predict(_:)``: a
  /// defence may answer by more than this encoder and ``head``.
  public let encoder: any Encoder
  /// The head over the classes; nil for an attack on bare embeddings.
  public let head: Head?
  /// Answers for the subject: its encoder and head, or what a defence brings.
  public let answerer: any Answerer
  /// Whether the answer is the embedding of ``encoder``, read by ``head``.
  public let answersByEncoder: Bool

  /// The encoder as its parameters; nil when something lies around it, or when they are not known.
  public let tower: Tower?

  /// An encoder and a head that reads its embeddings.
  ///
  /// - Parameter tower: `encoder` as its parameters, for defences that change weights.
  public init(encoder: any Encoder, head: Head?, tower: Tower? = nil) {
    self.encoder = encoder
    self.head = head
    self.tower = tower
    answerer = EncoderAnswerer(encoder: encoder, head: head)
    answersByEncoder = true
  }

  /// A subject that answers by an answerer of its own, which takes what `encoder` takes and tells as
  /// many classes apart as `head`.
  public init(encoder: any Encoder, head: Head?, answerer: any Answerer) {
    self.encoder = encoder
    self.head = head
    self.answerer = answerer
    tower = nil
    answersByEncoder = false
  }

  /// This subject with its encoder replaced by `wrap` of it, under the same head.
  ///
  /// - Parameter method: who wraps, for the error.
  /// - Throws: `UsageError` when the subject answers by more than its encoder and head, so that
  ///   another encoder would not be asked; what `wrap` throws.
  public func wrapped(
    by method: String, _ wrap: (any Encoder) throws -> any Encoder
  ) throws -> Subject {
    guard answersByEncoder else {
      throw UsageError(
        "\(method) changes the encoder, but a defence of this model answers by more than that",
        hint: "harden with \(method) first, and put the other defence around it")
    }
    return Subject(encoder: try wrap(encoder), head: head)
  }

  /// This subject with some weights of its tower replaced, under the same head.
  ///
  /// - Parameter method: who changes the weights, for the error.
  /// - Throws: `UsageError` when something lies around the tower already, or the weights are of
  ///   another.
  public func overlaid(by weights: ParameterStore, of method: String) throws -> Subject {
    guard answersByEncoder, let tower else {
      throw UsageError(
        "\(method) changes the weights of a tower, and this model has something around its own",
        hint: "harden the checkpoint with \(method) first, and put other defences around that")
    }
    let changed = try tower.overlaid(by: weights)
    return Subject(encoder: try changed.encoder(), head: head, tower: changed)
  }
}

// MARK: Asking

extension Subject {
  /// Whether two answers to the same input can differ.
  public var isRandom: Bool { answerer.isRandom }

  /// The answer for inputs in their legal range, on a draw of randomness that is the same at every
  /// call and for every row: `(B, …)`.
  public func predict(_ input: Tensor) throws(TorchError) -> Prediction {
    var noise = Noise.fixed(rows: isRandom ? input.shape.first ?? 0 : 0)
    return try answerer.predict(input, noise: &noise)
  }

  /// The answer on one draw of the randomness, if there is any: `(B, …)`.
  public func predict(_ input: Tensor, noise: inout Noise) throws(TorchError) -> Prediction {
    try answerer.predict(input, noise: &noise)
  }

  /// The mean answer over several draws: of the embedding, the logits, and each signal.
  ///
  /// A subject without randomness is asked once.
  public func predict(
    _ input: Tensor, draws: Int, noise: inout Noise
  ) throws(TorchError) -> Prediction {
    var mean = try predict(input, noise: &noise)
    guard isRandom, draws > 1 else { return mean }
    for draw in 2...draws {
      mean = try mean.mixed(with: predict(input, noise: &noise), share: 1 / Double(draw))
    }
    return mean
  }
}
