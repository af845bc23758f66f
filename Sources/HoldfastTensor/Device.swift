import CTorch

/// The device that holds a tensor.
public enum Device: Sendable, Hashable, CustomStringConvertible {
  /// The processor's own memory.
  case cpu
  /// An NVIDIA GPU, by index.
  case cuda(Int)
  /// The GPU of an Apple machine.
  case mps

  /// The device a user names: `cpu`, `cuda`, `cuda:1` or `mps`.
  public init?(_ name: String) {
    switch name {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    case "mps": self = .mps
    default:
      guard name.hasPrefix("cuda:"), let index = Int(name.dropFirst(5)), index >= 0 else {
        return nil
      }
      self = .cuda(index)
    }
  }

  /// The name a user would type.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    case .mps: "mps"
    }
  }

  /// Whether tensors can be put here; loads the CUDA kernels on the first question about a GPU.
  public var isAvailable: Bool {
    switch self {
    case .cpu: true
    case .cuda(let index): hf_load_cuda() && index < Int(hf_cuda_device_count())
    case .mps: hf_has_mps()
    }
  }

  /// Waits until the work queued on this device is done.
  public func synchronize() throws(TorchError) {
    let code = self.code
    try check("synchronize", []) { hf_synchronize(code) }
  }

  var code: hf_device {
    switch self {
    case .cpu: hf_device(kind: Int32(HF_CPU), index: 0)
    case .cuda(let index): hf_device(kind: Int32(HF_CUDA), index: Int32(clamping: index))
    case .mps: hf_device(kind: Int32(HF_MPS), index: 0)
    }
  }

  init(code: hf_device) {
    switch Int(code.kind) {
    case HF_CUDA: self = .cuda(Int(code.index))
    case HF_MPS: self = .mps
    default: self = .cpu
    }
  }
}
