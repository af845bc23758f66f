import CTorch
public import HoldfastErrors

/// What went wrong in a tensor operation: the kind, the operation, and the shapes it was given.
public struct TorchError: UserFacingError, Hashable {
  /// The kind of failure, for callers that act on it.
  public enum Code: String, Sendable, Hashable {
    /// Sizes, ranks, axes or indices that do not fit.
    case shape
    /// Element types that do not fit.
    case dtype
    /// A device that is absent, or operands on different ones.
    case device
    /// No memory left for the result; smaller batches may succeed.
    case outOfMemory
    /// A wait for another process that came to its limit.
    case timeout
    /// A connection to another process that cannot be made, or broke off.
    case network
    /// Anything else that libtorch reports.
    case backend
  }

  /// The kind of failure.
  public let code: Code
  /// The operation, by the name it has here.
  public let operation: String
  /// What libtorch says, with the operands' shapes and dtypes.
  public let message: String

  /// An error of the given kind.
  public init(code: Code, operation: String, message: String) {
    self.code = code
    self.operation = operation
    self.message = message
  }

  /// One sentence: operation, reason, operands.
  public var what: String { "\(operation): \(message)" }

  /// What to do about it.
  public var hint: String? {
    code == .outOfMemory
      ? "try a smaller --batch-size" : "please report this with the command that led to it"
  }

  /// What is wrong, as one sentence without the hint.
  public var description: String { what }
}

extension TorchError {
  /// Takes over the message of a failed call of the shim.
  init(_ status: hf_status, _ operation: String, _ operands: [Tensor]) {
    let reason = status.message.map { String(cString: $0) } ?? ""
    hf_free(status.message)
    let shapes = operands.map { "\($0.shape) \($0.dtype)" }.joined(separator: ", ")
    let code: Code =
      switch Int(status.code) {
      case HF_ERROR_SHAPE: .shape
      case HF_ERROR_DTYPE: .dtype
      case HF_ERROR_DEVICE: .device
      case HF_ERROR_OUT_OF_MEMORY: .outOfMemory
      case HF_ERROR_TIMEOUT: .timeout
      case HF_ERROR_NETWORK: .network
      default: .backend
      }
    self.init(
      code: code, operation: operation,
      message: operands.isEmpty ? reason : "\(reason) (operands: \(shapes))")
  }
}

/// Runs a call of the shim that yields no tensor.
func check(
  _ operation: String, _ operands: [Tensor], _ call: () -> hf_status
) throws(TorchError) {
  let status = call()
  guard Int(status.code) == HF_OK else { throw TorchError(status, operation, operands) }
}

/// Runs a call of the shim that yields one tensor.
func make(
  _ operation: String, _ operands: [Tensor] = [],
  _ call: (UnsafeMutablePointer<hf_tensor?>) -> hf_status
) throws(TorchError) -> Tensor {
  Tensor(owning: try makeHandle(operation, operands, call))
}

/// Runs a call of the shim that yields one tensor, and returns the bare handle.
func makeHandle(
  _ operation: String, _ operands: [Tensor],
  _ call: (UnsafeMutablePointer<hf_tensor?>) -> hf_status
) throws(TorchError) -> hf_tensor {
  var handle: hf_tensor?
  let status = call(&handle)
  guard Int(status.code) == HF_OK, let handle else {
    throw TorchError(status, operation, operands)
  }
  return handle
}
