public import HoldfastTensor

/// The answer of a subject for a batch.
public struct Prediction {
  /// Embeddings, not normalised: `(B, D)`.
  public let embedding: Tensor
  /// Logits: `(B, K)`; nil when the subject has no head.
  public let logits: Tensor?
  /// Values inside a defence that an adaptive objective can look at, one row per sample: `(B, …)`.
  public let signals: [Signal: Tensor]

  /// A prediction of the given parts.
  public init(embedding: Tensor, logits: Tensor?, signals: [Signal: Tensor] = [:]) {
    self.embedding = embedding
    self.logits = logits
    self.signals = signals
  }
}

/// The name of a value inside a defence, such as how far a gate is open.
///
/// A defence declares its own names, and the objectives of its adaptive attacks read them with
/// ``Prediction/require(_:for:)``.
public struct Signal: RawRepresentable, Hashable, Sendable {
  /// The name, for errors.
  public let rawValue: String

  /// A signal of the given name.
  public init(rawValue: String) { self.rawValue = rawValue }
}

extension Prediction {
  /// The logits `(B, K)`, for objectives and criteria that need them.
  ///
  /// - Parameter asker: who needs them, for the error.
  /// - Throws: `TorchError` with code `shape` when the subject has no head.
  public func requireLogits(_ asker: String) throws(TorchError) -> Tensor {
    guard let logits else {
      throw TorchError(
        code: .shape, operation: asker, message: "needs logits, but the subject has no head")
    }
    return logits
  }

  /// The values of a signal: `(B, …)`.
  ///
  /// - Parameter asker: who needs them, for the error.
  /// - Throws: `TorchError` with code `shape` when the subject does not report the signal.
  public func require(_ signal: Signal, for asker: String) throws(TorchError) -> Tensor {
    guard let values = signals[signal] else {
      throw TorchError(
        code: .shape, operation: asker,
        message: "needs the signal `\(signal.rawValue)`, which the subject does not report")
    }
    return values
  }

  /// The running mean after one more prediction, which counts for `share` of it.
  func mixed(with other: Prediction, share: Double) throws(TorchError) -> Prediction {
    func mix(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor { try a + (b - a) * share }
    var logits: Tensor?
    if let mine = self.logits, let others = other.logits { logits = try mix(mine, others) }
    var signals: [Signal: Tensor] = [:]
    for (signal, mine) in self.signals {
      guard let others = other.signals[signal] else { continue }
      signals[signal] = try mix(mine, others)
    }
    return Prediction(
      embedding: try mix(embedding, other.embedding), logits: logits, signals: signals)
  }
}
