public import HoldfastCore
public import HoldfastTensor

/// What the loss of a step is made of: inputs, labels, and the answers of two models to them.
///
/// An answer is computed when it is first asked for, and kept.
public final class TrainingStep {
  /// Which inputs an answer is to.
  public enum Input: Hashable, Sendable {
    /// The unperturbed ones.
    case clean
    /// Those that the inner attack found.
    case adversarial
  }

  /// The stage, from 0.
  public let stage: Int
  /// The space of the inputs.
  public let input: InputSpec
  /// The ids of the samples.
  public let ids: [String]
  /// The unperturbed inputs: `(B, …)`.
  public let clean: Tensor
  /// The inputs that the inner attack found; the unperturbed ones in a stage without one: `(B, …)`.
  public let adversarial: Tensor
  /// The classes (int64): `(B)`; nil for a method that needs none.
  public let labels: Tensor?
  /// The head that the method trains under; nil for a method that needs none.
  public let head: Head?
  /// What else ``TrainingDefense/prepare(_:)`` made.
  public let texts: [String: Tensor]
  /// The samples of the whole step, of which this may be a part, over all processes.
  public let batchSize: Int
  /// The trained model; its answers are recorded.
  public let student: StepAnswers
  /// The model before the training; its answers are not recorded.
  public let teacher: StepAnswers

  /// A step of the given parts.
  ///
  /// - Parameters:
  ///   - student: the trained model, over leaves.
  ///   - teacher: the frozen model.
  ///   - readsTokens: whether the loss asks for tokens, so that each pass keeps them.
  ///   - known: the frozen model's embeddings of the unperturbed inputs, if they are known: `(B, D)`.
  public init(
    stage: Int = 0, ids: [String], clean: Tensor, adversarial: Tensor, labels: Tensor? = nil,
    under prepared: TrainingHead, batchSize: Int? = nil, student: any Encoder,
    teacher: any Encoder, readsTokens: Bool = false, known: Tensor? = nil
  ) {
    self.stage = stage
    input = student.input
    self.ids = ids
    self.clean = clean
    self.adversarial = adversarial
    self.labels = labels
    head = prepared.head
    texts = prepared.texts
    self.batchSize = batchSize ?? ids.count
    self.student = StepAnswers(
      student, prepared.head, clean: clean, adversarial: adversarial, isRecorded: true,
      readsTokens: readsTokens)
    self.teacher = StepAnswers(
      teacher, prepared.head, clean: clean, adversarial: adversarial, isRecorded: false,
      readsTokens: readsTokens, known: known)
  }

  /// The classes `(B)`.
  ///
  /// - Throws: `TorchError` with code `shape` when there are none.
  public func requireLabels() throws(TorchError) -> Tensor {
    guard let labels else {
      throw TorchError(
        code: .shape, operation: "training step", message: "the samples have no labels")
    }
    return labels
  }
}

/// The answers of one model in a step.
public final class StepAnswers {
  private let encoder: any Encoder
  private let head: Head?
  private let clean, adversarial: Tensor
  private let isRecorded, readsTokens: Bool
  private var embeddings: [TrainingStep.Input: Tensor] = [:]
  private var tokens: [TrainingStep.Input: Tensor] = [:]

  init(
    _ encoder: any Encoder, _ head: Head?, clean: Tensor, adversarial: Tensor, isRecorded: Bool,
    readsTokens: Bool, known: Tensor? = nil
  ) {
    self.encoder = encoder
    self.head = head
    self.clean = clean
    self.adversarial = adversarial
    self.isRecorded = isRecorded
    self.readsTokens = readsTokens
    embeddings[.clean] = known
  }

  /// Embeddings, not normalised, in float32: `(B, D)`.
  public func embedding(_ input: TrainingStep.Input) throws(TorchError) -> Tensor {
    if let known = embeddings[input] { return known }
    if readsTokens { return try both(input).embedding }
    let embedding = try withGradients(enabled: isRecorded) { () throws(TorchError) in
      try encoder.embed(inputs(input)).to(.float32)
    }
    embeddings[input] = embedding
    return embedding
  }

  /// Logits under the head of the training: `(B, K)`.
  public func logits(_ input: TrainingStep.Input) throws(TorchError) -> Tensor {
    guard let head else {
      throw TorchError(
        code: .shape, operation: "training step", message: "there is no head to read logits by")
    }
    return try head.logits(embedding(input))
  }

  /// All tokens behind the last norm and the projection, in float32, the class token first: `(B, N,
  /// E)`, with the frames of a clip folded into the batch.
  public func tokens(_ input: TrainingStep.Input) throws(TorchError) -> Tensor {
    if let known = tokens[input] { return known }
    return try both(input).tokens
  }

  /// One pass that gives embeddings and tokens.
  private func both(
    _ input: TrainingStep.Input
  ) throws(TorchError) -> (embedding: Tensor, tokens: Tensor) {
    let answer = try withGradients(enabled: isRecorded) { () throws(TorchError) in
      try encoder.tokens(of: inputs(input))
    }
    embeddings[input] = answer.embedding
    tokens[input] = answer.tokens
    return answer
  }

  private func inputs(_ input: TrainingStep.Input) -> Tensor {
    input == .clean ? clean : adversarial
  }
}

extension Encoder {
  /// The embeddings of inputs, and their tokens behind the last norm and the projection, in float32:
  /// `(B, E)` and `(B, N, E)`.
  ///
  /// - Throws: `TorchError` for a tower without that site.
  func tokens(of x: Tensor) throws(TorchError) -> (embedding: Tensor, tokens: Tensor) {
    var seen: Tensor?
    let read: Sites.Function = { (compute) throws(TorchError) in
      let tokens = try compute()
      seen = tokens
      return tokens
    }
    var noise = Noise([])  // A tower draws none.
    let embedding = try embed(x, sites: Sites([.tokens: read]), noise: &noise)
    guard let seen else {
      throw TorchError(
        code: .backend, operation: "tokens", message: "the encoder has no site `tokens`")
    }
    return (try embedding.to(.float32), try seen.to(.float32))
  }
}
