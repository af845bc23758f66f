import CTorch

/// A handle to one libtorch tensor.
///
/// Operations return new tensors and throw ``TorchError``, which names the operation and the
/// shapes. A tensor belongs to the thread that uses it: it is not `Sendable`.
public final class Tensor {
  let handle: hf_tensor

  init(owning handle: hf_tensor) {
    self.handle = handle
  }

  deinit { hf_release(handle) }

  /// The sizes of the axes; empty for a scalar.
  public var shape: [Int] {
    let rank = Int(hf_rank(handle))
    guard rank > 0 else { return [] }
    return [Int64](unsafeUninitializedCapacity: rank) { buffer, count in
      hf_sizes(handle, buffer.baseAddress)
      count = rank
    }.map(Int.init)
  }

  /// The number of axes.
  public var rank: Int { Int(hf_rank(handle)) }

  /// The number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// The element type.
  public var dtype: DType {
    guard let dtype = DType(code: hf_dtype(handle)) else {
      preconditionFailure("the shim returned a tensor of an element type that it does not make")
    }
    return dtype
  }

  /// The device that holds the elements.
  public var device: Device { Device(code: hf_device_of(handle)) }

  /// Whether operations on this tensor are recorded for gradients.
  public var requiresGradient: Bool { hf_requires_grad(handle) }

  /// Whether the elements lie in C order without gaps.
  public var isContiguous: Bool { hf_is_contiguous(handle) }
}

// MARK: Making

extension Tensor {
  /// A tensor on the CPU with the given elements in C order.
  public convenience init<Scalar: TensorScalar>(
    _ values: [Scalar], _ shape: [Int]
  ) throws(TorchError) {
    let copy = values.withUnsafeBytes { bytes in
      Result { () throws(TorchError) in
        try Tensor.copy(bytes, shape: shape, dtype: Scalar.dtype)
      }
    }
    self.init(owning: try copy.get())
  }

  /// A vector on the CPU with the given elements.
  public convenience init<Scalar: TensorScalar>(_ values: [Scalar]) throws(TorchError) {
    try self.init(values, [values.count])
  }

  /// A tensor on the CPU with a copy of `bytes`: little-endian elements in C order.
  public convenience init(
    bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
  ) throws(TorchError) {
    self.init(owning: try Tensor.copy(bytes, shape: shape, dtype: dtype))
  }

  private static func copy(
    _ bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType
  ) throws(TorchError) -> hf_tensor {
    let count = try elementCount(of: shape, "tensor from bytes")
    guard bytes.count == count * dtype.width else {
      throw TorchError(
        code: .shape, operation: "tensor from bytes",
        message: "\(bytes.count) bytes do not fill the shape \(shape) of \(dtype)")
    }
    return try makeHandle("tensor from bytes", []) {
      hf_from_bytes(bytes.baseAddress, shape.wide, Int32(shape.count), dtype.code, $0)
    }
  }

  /// A tensor in which every element is `value`.
  public static func full(
    _ value: Double, _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    try make("full") {
      hf_full(value, shape.wide, Int32(shape.count), dtype.code, device.code, $0)
    }
  }

  /// A tensor of zeros.
  public static func zeros(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    try full(0, shape, dtype: dtype, device: device)
  }

  /// A tensor of ones.
  public static func ones(
    _ shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    try full(1, shape, dtype: dtype, device: device)
  }

  /// The numbers 0, 1, … `count` - 1.
  public static func range(
    _ count: Int, dtype: DType = .int64, device: Device = .cpu
  ) throws(TorchError) -> Tensor {
    try make("range") { hf_arange(Int64(count), dtype.code, device.code, $0) }
  }

  /// A tensor of zeros with the shape, dtype and device of this one.
  public func zerosLike() throws(TorchError) -> Tensor {
    try .zeros(shape, dtype: dtype, device: device)
  }
}

// MARK: Copying

extension Tensor {
  /// The elements in C order; the dtype must be that of `Scalar`.
  public func array<Scalar: TensorScalar>(of type: Scalar.Type) throws(TorchError) -> [Scalar] {
    guard dtype == Scalar.dtype else {
      throw TorchError(
        code: .dtype, operation: "array", message: "a tensor of \(dtype) has no \(Scalar.self)s")
    }
    let count = self.count
    guard count > 0 else { return [] }
    var failure: TorchError?
    let values = [Scalar](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(TorchError) {
        try copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// The elements as little-endian bytes in C order.
  public func bytes() throws(TorchError) -> [UInt8] {
    let count = self.count * dtype.width
    guard count > 0 else { return [] }
    var failure: TorchError?
    let values = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(TorchError) {
        try copyBytes(to: UnsafeMutableRawBufferPointer(buffer))
        filled = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Copies the elements, in C order, into a buffer of exactly their size.
  public func copyBytes(to buffer: UnsafeMutableRawBufferPointer) throws(TorchError) {
    try check("copy to bytes", [self]) {
      hf_copy_to_bytes(handle, buffer.baseAddress, buffer.count)
    }
  }

  /// The only element of a tensor of one element, whatever its dtype.
  public func item() throws(TorchError) -> Double {
    var value = 0.0
    try check("item", [self]) { hf_item(handle, &value) }
    return value
  }

  /// This tensor with another element type.
  public func to(_ dtype: DType) throws(TorchError) -> Tensor {
    try make("to \(dtype)", [self]) { hf_to_dtype(handle, dtype.code, $0) }
  }

  /// This tensor on another device.
  public func to(_ device: Device) throws(TorchError) -> Tensor {
    try make("to \(device)", [self]) { hf_to_device(handle, device.code, $0) }
  }

  /// This tensor in C order without gaps; the tensor itself if it already is.
  public func contiguous() throws(TorchError) -> Tensor {
    try make("contiguous", [self]) { hf_contiguous(handle, $0) }
  }

  /// A copy with memory of its own.
  public func clone() throws(TorchError) -> Tensor {
    try make("clone", [self]) { hf_clone(handle, $0) }
  }

  /// The same elements, cut off from the record of operations.
  public func detached() throws(TorchError) -> Tensor {
    try make("detached", [self]) { hf_detach(handle, $0) }
  }

  /// Overwrites the elements with those of `source`, broadcast; not recorded for gradients.
  public func assign(_ source: Tensor) throws(TorchError) {
    try check("assign", [self, source]) { hf_copy_(handle, source.handle) }
  }

  /// Overwrites the rows `index` (int64, along axis 0) with those of `source`; not recorded.
  public func assignRows(_ index: Tensor, _ source: Tensor) throws(TorchError) {
    try check("assign rows", [self, index, source]) {
      hf_index_copy_(handle, 0, index.handle, source.handle)
    }
  }
}

/// The elements of a tensor of `shape`, whose bytes can be counted too.
func elementCount(of shape: [Int], _ operation: String) throws(TorchError) -> Int {
  var count = 1
  for size in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    guard size >= 0, !overflow, product <= Int.max / DType.complex128.width else {
      throw TorchError(
        code: .shape, operation: operation, message: "the shape \(shape) is absurd")
    }
    count = product
  }
  return count
}

extension [Int] {
  /// The same numbers as the shim takes them.
  var wide: [Int64] { map(Int64.init) }
}
