import CTorch

/// The element type of a tensor.
public enum DType: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
  /// Floating-point numbers of that many bits, IEEE 754's.
  case float32, float64, float16
  /// Floating-point numbers of 16 bits with the exponents of float32.
  case bfloat16
  /// Whole numbers with a sign (labels, indices) and without (bytes).
  case int64, uint8
  /// True or false, a byte each.
  case bool
  /// Pairs of float32, as a Fourier transform yields them.
  case complex64
  /// Pairs of float64.
  case complex128

  /// Bytes per element.
  public var width: Int {
    switch self {
    case .uint8, .bool: 1
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64, .int64, .complex64: 8
    case .complex128: 16
    }
  }

  /// Whether gradients may flow through elements of this type.
  public var isFloatingPoint: Bool {
    switch self {
    case .int64, .uint8, .bool: false
    default: true
    }
  }

  /// The name of the case.
  public var description: String { rawValue }

  var code: Int32 {
    switch self {
    case .float32: Int32(HF_FLOAT32)
    case .float64: Int32(HF_FLOAT64)
    case .float16: Int32(HF_FLOAT16)
    case .bfloat16: Int32(HF_BFLOAT16)
    case .int64: Int32(HF_INT64)
    case .uint8: Int32(HF_UINT8)
    case .bool: Int32(HF_BOOL)
    case .complex64: Int32(HF_COMPLEX64)
    case .complex128: Int32(HF_COMPLEX128)
    }
  }

  init?(code: Int32) {
    guard let match = Self.allCases.first(where: { $0.code == code }) else { return nil }
    self = match
  }
}

/// A Swift number that a tensor can be made of and copied to.
public protocol TensorScalar: Sendable {
  /// The element type with the same bytes.
  static var dtype: DType { get }
}

extension Float: TensorScalar {
  /// Single precision.
  public static var dtype: DType { .float32 }
}
extension Double: TensorScalar {
  /// Double precision.
  public static var dtype: DType { .float64 }
}
extension Int64: TensorScalar {
  /// 64-bit integers.
  public static var dtype: DType { .int64 }
}
extension Int: TensorScalar {
  /// 64-bit integers.
  public static var dtype: DType { .int64 }
}
extension UInt8: TensorScalar {
  /// Unsigned 8-bit integers.
  public static var dtype: DType { .uint8 }
}
extension Bool: TensorScalar {
  /// Booleans, one byte each.
  public static var dtype: DType { .bool }
}
