public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// A model that is given as code: a TorchScript module behind the interface of every encoder.
///
/// The embeddings of a classifier are its logits, which `Head(logits:)` reads as they are, so every
/// attack, also one on embeddings, finds what it needs.
public struct ScriptEncoder: Encoder {
  /// The modality it was said to serve.
  public let modality: Modality
  /// What it was said to take.
  public let input: InputSpec
  /// The width D of what it gives, as it was measured.
  public let embeddingWidth: Int
  /// The device that holds its parameters.
  public var device: Device { module.device }

  private let module: ScriptModule
  private let description: InputDescription
  private let file: String
  private let method: String
  private let result: String
  private let dtype: DType
  private let mean, std: Tensor?  // (C, 1, …) or (1, …)

  /// A module as it is described, once it is known to be what an audit can measure.
  ///
  /// It is shown a batch of noise: each row must give one vector of finite numbers, the same at
  /// every call and in every batch.
  ///
  /// - Parameters:
  ///   - file: what errors call it.
  ///   - dtype: the element type that its inputs are brought to.
  /// - Throws: ``EncoderError`` for a module that fails this.
  public init(
    _ module: ScriptModule, _ description: InputDescription, file: String, dtype: DType = .float32
  ) throws {
    self.module = module
    self.description = description
    self.file = file
    self.dtype = dtype
    modality = description.sense
    input = description.input
    method = description.method
    result = description.result
    if case .before(let mean, let std) = description.normalization {
      let ones = [Int](repeating: 1, count: input.shape.count - 1)
      self.mean = try Tensor(mean, [mean.count] + ones).to(module.device)
      self.std = try Tensor(std, [std.count] + ones).to(module.device)
    } else {
      (mean, std) = (nil, nil)
    }
    guard module.has(method: method) else {
      throw EncoderError(
        what: "has no method `\(method)`", where: file,
        hint: "export it with @torch.jit.export, or name another one with \"method\"")
    }
    let probe = ScriptProbe(
      module: module, input: input, method: method, result: result, file: file,
      convert: { [mean, std] (input) throws(TorchError) in
        try Self.converted(input, mean, std, dtype)
      })
    embeddingWidth = try probe.width(tolerance: dtype == .float32 ? 1e-4 : 5e-2)
  }

  /// Embeddings, not normalised, or logits: `(B, …)` gives `(B, D)` in float32.
  ///
  /// - Throws: `TorchError` when the module fails, or a gradient is asked for and the module cuts
  ///   it.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let shape = input.shape
    guard shape.count == self.input.shape.count + 1, Array(shape.dropFirst()) == self.input.shape
    else {
      throw TorchError(
        code: .shape, operation: "TorchScript model",
        message: "takes inputs [B, \(self.input.shape.map(String.init).joined(separator: ", "))], "
          + "not \(shape)")
    }
    let given = try module(
      Self.converted(input, mean, std, dtype), method: method, place: result)
    if input.requiresGradient, Torch.recordsGradients, !given.requiresGradient {
      throw TorchError(
        code: .backend, operation: "TorchScript model",
        message: "its code cuts the gradient off, so only attacks without gradients (square) and "
          + "examples of another model can be shown to it")
    }
    return try given.to(.float32)
  }

  /// The module's floating-point parameters and buffers by its own names; it shares these tensors.
  public var parameters: ParameterStore {
    get throws(TorchError) {
      var store = ParameterStore()
      for (name, tensor) in zip(module.parameterNames, try module.parameters) {
        store[name] = tensor
      }
      return store
    }
  }

  /// The same code over other parameters of the same names and shapes, in their element type.
  ///
  /// Constants inside the code stay as they are.
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped;
  ///   ``EncoderError`` for a module that has no parameters to exchange, or that fails the probe of
  ///   ``init(_:_:file:dtype:)`` with these.
  public func with(_ parameters: ParameterStore) throws -> ScriptEncoder {
    let own = try self.parameters
    guard own.count > 0 else {
      throw EncoderError(
        what: "has no parameters that could be exchanged or converted", where: file,
        hint: "torch.jit.freeze turns weights into constants; export the model without it, or keep "
          + "to float32")
    }
    let loader = try ParameterLoader(StoreSource(parameters))
    let tensors = own.names.map { loader.root.parameter($0, own[$0]?.shape ?? []) }
    _ = try loader.finish()
    return try ScriptEncoder(
      module.with(tensors), description, file: file, dtype: tensors[0].dtype)
  }

  private static func converted(
    _ input: Tensor, _ mean: Tensor?, _ std: Tensor?, _ dtype: DType
  ) throws(TorchError) -> Tensor {
    var values = input
    if let mean, let std { values = try (values - mean) / std }
    return try values.to(dtype)
  }
}
