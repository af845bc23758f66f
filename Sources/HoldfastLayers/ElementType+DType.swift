import HoldfastFormats
import HoldfastTensor

extension DType {
  /// The tensor type with the same bytes; nil for types that hold no weights.
  init?(_ type: ElementType) {
    switch type {
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .float32: self = .float32
    case .float64: self = .float64
    default: return nil
    }
  }
}

extension ElementType {
  /// The stored type with the same bytes.
  init(_ dtype: DType, of name: String) throws(TorchError) {
    switch dtype {
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .float32: self = .float32
    case .float64: self = .float64
    default:
      throw TorchError(
        code: .dtype, operation: "write \(name)", message: "weights of \(dtype) are not written")
    }
  }
}
