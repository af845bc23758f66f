public import HoldfastCore
public import HoldfastTensor

/// An encoder that remembers what it was asked, and can be told to fail.
public final class WatchedEncoder: Encoder {
  /// One batch that came in.
  public struct Call {
    /// The inputs: `(B, …)`.
    public let input: Tensor
    /// Whether a gradient was going to be asked for.
    public let recorded: Bool
    /// The samples in the batch.
    public var rows: Int { input.shape.first ?? 0 }
  }

  /// The batches so far that were answered.
  public private(set) var calls: [Call] = []
  private let base: any Encoder
  private let answer: (Tensor, Tensor) throws(TorchError) -> Tensor

  /// Watches `base`; `answer` is handed the inputs and the base's embeddings, and may change them
  /// or throw.
  public init(
    _ base: any Encoder,
    answer: @escaping (_ input: Tensor, _ embedding: Tensor) throws(TorchError) -> Tensor = {
      (_, embedding) in embedding
    }
  ) {
    self.base = base
    self.answer = answer
  }

  /// As the base.
  public var modality: Modality { base.modality }
  /// As the base.
  public var input: InputSpec { base.input }
  /// As the base.
  public var embeddingWidth: Int { base.embeddingWidth }
  /// As the base.
  public var device: Device { base.device }

  /// The base's embeddings, after `answer`.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let embedding = try answer(input, base.embed(input))
    calls.append(Call(input: try input.detached().clone(), recorded: input.requiresGradient))
    return embedding
  }

  /// The samples that went forward.
  public var forwardRows: Int { calls.reduce(0) { $0 + $1.rows } }

  /// The samples that a gradient was asked for.
  public var backwardRows: Int { calls.filter(\.recorded).reduce(0) { $0 + $1.rows } }

  /// Forgets all calls.
  public func forget() { calls = [] }
}
