/// The type of one element of a tensor, as every reader and writer of this module names it.
///
/// These are the dtypes of safetensors that tensors are computed with; its complex, 8-bit float
/// and sub-byte types are refused by name. The raw value is the name safetensors uses.
public enum ElementType: String, CaseIterable, Codable, Hashable, Sendable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// IEEE 754 binary16.
  case float16 = "F16"
  /// The upper half of a binary32.
  case bfloat16 = "BF16"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// IEEE 754 binary32.
  case float32 = "F32"
  /// Unsigned, 64 bits.
  case uint64 = "U64"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// IEEE 754 binary64.
  case float64 = "F64"

  /// Bytes per element.
  public var width: Int {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}

/// The type and shape of a stored tensor.
public struct TensorEntry: Hashable, Sendable {
  /// The type of its elements.
  public let type: ElementType

  /// Its dimensions, outermost first; empty for a single element.
  public let shape: [Int]

  /// Describes a tensor.
  public init(type: ElementType, shape: [Int]) {
    self.type = type
    self.shape = shape
  }

  /// Bytes the tensor takes as contiguous elements, or nil when that number overflows.
  public var byteCount: Int? { product(shape + [type.width]) }
}

/// No tensor of any model we know has more dimensions.
let maximumRank = 8

/// The product of non-negative factors, or nil when one is negative or the product overflows.
func product(_ factors: [Int]) -> Int? {
  var result = 1
  for factor in factors {
    let (next, overflow) = result.multipliedReportingOverflow(by: factor)
    guard factor >= 0, !overflow else { return nil }
    result = next
  }
  return result
}

extension Int {
  /// The sum, or nil when it overflows.
  func adding(_ other: Int) -> Int? {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? nil : sum
  }
}
