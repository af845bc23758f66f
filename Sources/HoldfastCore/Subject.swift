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

  /// An encoder and a head that reads its embeddings.
  public init(encoder: any Encoder, head: Head?) {
    self.encoder = encoder
    self.head = head
    answerer = EncoderAnswerer(encoder: encoder, head: head)
    answersByEncoder = true
  }

  /// A subject that answers by an answerer of its own, which takes what `encoder` takes and tells as
  /// many classes apart as `head`.
  public init(encoder: any Encoder, head: Head?, answerer: any Answerer) {
    self.encoder = encoder
    self.head = head
    self.answerer = answerer
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
