extension ElementType {
  /// The little-endian element at a byte, as the nearest float.
  func float(in bytes: UnsafeRawBufferPointer, at place: Int) -> Float {
    func load<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) -> Stored {
      Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Stored.self))
    }
    return switch self {
    case .bool: load(UInt8.self) == 0 ? 0 : 1
    case .uint8: Float(load(UInt8.self))
    case .int8: Float(load(Int8.self))
    case .uint16: Float(load(UInt16.self))
    case .int16: Float(load(Int16.self))
    case .float16: Float(Float16(bitPattern: load(UInt16.self)))
    case .bfloat16: Float(bitPattern: UInt32(load(UInt16.self)) << 16)
    case .uint32: Float(load(UInt32.self))
    case .int32: Float(load(Int32.self))
    case .float32: Float(bitPattern: load(UInt32.self))
    case .uint64: Float(load(UInt64.self))
    case .int64: Float(load(Int64.self))
    case .float64: Float(Double(bitPattern: load(UInt64.self)))
    }
  }

  /// The little-endian element at a byte as a whole number, nil if it does not fit an Int.
  func integer(in bytes: UnsafeRawBufferPointer, at place: Int) -> Int? {
    func load<Stored: FixedWidthInteger & BitwiseCopyable>(_: Stored.Type) -> Stored {
      Stored(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Stored.self))
    }
    return switch self {
    case .uint32: Int(load(UInt32.self))
    case .int32: Int(load(Int32.self))
    case .uint64: Int(exactly: load(UInt64.self))
    case .int64: Int(load(Int64.self))
    case .float64: Int(exactly: Double(bitPattern: load(UInt64.self)))
    default: Int(exactly: float(in: bytes, at: place))
    }
  }
}
