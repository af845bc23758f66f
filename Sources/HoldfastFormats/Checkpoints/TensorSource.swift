/// Named tensors in a file or a directory, whatever its format.
public protocol TensorSource: Sendable {
  /// The file or directory, for messages.
  var file: String { get }

  /// The names of all tensors, sorted.
  var names: [String] { get }

  /// The type and shape of one tensor.
  ///
  /// - Throws: ``FormatError`` when there is no tensor of that name.
  func entry(for name: String) throws(FormatError) -> TensorEntry

  /// Lends the elements of one tensor for the length of `body`: contiguous, in C order,
  /// little-endian, aligned to the width of one element.
  ///
  /// - Throws: ``FormatError`` when there is no tensor of that name, and what `body` throws.
  func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result
}

extension TensorSource {
  /// The elements of one tensor in C order, as floats: each the nearest to what is stored.
  ///
  /// - Throws: ``FormatError`` when there is no tensor of that name.
  public func floats(of name: String) throws(FormatError) -> [Float] {
    let type = try entry(for: name).type
    do {
      return try withBytes(of: name) { bytes in
        stride(from: 0, to: bytes.count, by: type.width).map { type.float(in: bytes, at: $0) }
      }
    } catch {
      throw error as? FormatError ?? FormatError("cannot be read: \(error)", in: file)
    }
  }

  /// The error for a name that is not there.
  func missing(_ name: String) -> FormatError {
    FormatError("has no tensor named \(quoted(name))", in: file)
  }
}

/// Lends `bytes` as they are, or a copy if they do not start at a multiple of `width`.
func withAlignedBytes<Result>(
  _ bytes: UnsafeRawBufferPointer, to width: Int,
  _ body: (UnsafeRawBufferPointer) throws -> Result
) rethrows -> Result {
  guard let base = bytes.baseAddress, Int(bitPattern: base) % width != 0 else {
    return try body(bytes)
  }
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: width)
  defer { copy.deallocate() }
  copy.copyMemory(from: bytes)
  return try body(UnsafeRawBufferPointer(copy))
}
