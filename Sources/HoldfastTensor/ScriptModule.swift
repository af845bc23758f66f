import CTorch

/// A TorchScript module: a network that carries its own code, run by libtorch.
///
/// The file is a program. Loading it and calling it run what its author wrote, with the rights of
/// this process, so it must come from somebody who is trusted. It is put in evaluation mode, and its
/// parameters require no gradients; a gradient with respect to the input may be asked for. The graph
/// runs as it was written, so that every call gives the same figures.
public final class ScriptModule {
  private let handle: hf_script
  /// Where its parameters live.
  public let device: Device

  /// Loads a file of `torch.jit.save`, and runs what it says happens on loading.
  ///
  /// - Parameter dtype: the element type that its floating-point parameters and buffers are brought
  ///   to; none for their own. Constants inside its code stay as they are.
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

  deinit { hf_script_release(handle) }

  /// Whether it has a method, such as `forward`.
  public func has(method: String) -> Bool { hf_script_has(handle, method) }

  /// Calls a method on one tensor.
  ///
  /// - Parameters:
  ///   - place: the index or name of the part that is meant, of a result with several; empty where
  ///     the result is one tensor.
  /// - Throws: ``TorchError`` with the reason where the code fails, or gives no tensor there.
  public func callAsFunction(
    _ input: Tensor, method: String = "forward", place: String = ""
  ) throws(TorchError) -> Tensor {
    try make("TorchScript \(method)", [input]) {
      hf_script_call(handle, method, place, input.handle, $0)
    }
  }
}
