import CTorch

/// A TorchScript module: a network that carries its own code, run by libtorch.
///
/// The file is a program. Loading it and calling it run what its author wrote, with the rights of
/// this process, so it must come from somebody who is trusted. It is put in evaluation mode, and its
/// parameters require no gradients; a gradient with respect to the input may be asked for. The graph
/// runs as it was written, so that every call gives the same figures.
public final class ScriptModule {
  private let handle: hf_script
  /// The device that holds its parameters.
  public let device: Device

  /// Loads a file of `torch.jit.save`, and runs what it says happens on loading.
  ///
  /// - Parameter dtype: the element type that its floating-point parameters and buffers are brought
  ///   to; nil keeps their own. Constants inside its code stay as they are.
  /// - Throws: ``TorchError`` with the reason alone, whatever the file is.
  public init(contentsOf path: String, device: Device = .cpu, dtype: DType? = nil)
    throws(TorchError)
  {
    let operation = "load TorchScript"
    let place = device.code
    var made: hf_script?
    try check(operation, []) { hf_script_load(path, place, &made) }
    guard let made else {
      throw TorchError(code: .backend, operation: operation, message: "no module was made")
    }
    handle = made
    self.device = device
    if let dtype { try check(operation, []) { hf_script_convert(made, dtype.code) } }
  }

  private init(_ handle: hf_script, device: Device) {
    self.handle = handle
    self.device = device
  }

  deinit { hf_script_release(handle) }

  /// The names of its floating-point parameters, then of such buffers, in order.
  ///
  /// A module that was frozen keeps its weights as constants, and has none.
  public var parameterNames: [String] {
    (0..<hf_script_parameter_count(handle)).map {
      String(cString: hf_script_parameter_name(handle, $0))
    }
  }

  /// The tensors of ``parameterNames``; the module shares them.
  public var parameters: [Tensor] {
    get throws(TorchError) {
      var tensors: [Tensor] = []
      for index in 0..<hf_script_parameter_count(handle) {
        tensors.append(
          try make("TorchScript parameter", []) { hf_script_parameter(handle, index, $0) })
      }
      return tensors
    }
  }

  /// A copy of this module that computes with other tensors, one for each of ``parameterNames``,
  /// which it shares.
  ///
  /// - Throws: ``TorchError`` with code `shape` for another number of them.
  public func with(_ parameters: [Tensor]) throws(TorchError) -> ScriptModule {
    let operation = "TorchScript parameters"
    guard parameters.count == hf_script_parameter_count(handle) else {
      throw TorchError(
        code: .shape, operation: operation,
        message: "there are \(hf_script_parameter_count(handle)), not \(parameters.count)")
    }
    let handles: [hf_tensor?] = parameters.map(\.handle)
    var made: hf_script?
    try check(operation, parameters) { hf_script_with(handle, handles, &made) }
    guard let made else {
      throw TorchError(code: .backend, operation: operation, message: "no module was made")
    }
    return ScriptModule(made, device: device)
  }

  /// Whether it has a method, such as `forward`.
  public func has(method: String) -> Bool { hf_script_has(handle, method) }

  /// Calls a method on one tensor.
  ///
  /// - Parameters:
  ///   - place: the index or name of the part that is meant, of a result with several; empty when
  ///     the result is one tensor.
  /// - Throws: ``TorchError`` with the reason when the code fails, or gives no tensor there.
  public func callAsFunction(
    _ input: Tensor, method: String = "forward", place: String = ""
  ) throws(TorchError) -> Tensor {
    try make("TorchScript \(method)", [input]) {
      hf_script_call(handle, method, place, input.handle, $0)
    }
  }
}
