/// A safetensors file, mapped and checked; tensors are lent in place.
///
/// Layout: a 64-bit little-endian length, a JSON header of that length, the tensors back to back.
/// Every rule of the reference reader is enforced, and opening touches only the header.
/// Source: https://github.com/huggingface/safetensors.
public final class SafetensorsFile: TensorSource {
  /// Largest header the format allows, in bytes.
  static let maximumHeader = 100_000_000
  static let maximumTensors = 200_000
  static let maximumName = 1024

  /// The names of all tensors, sorted.
  public let names: [String]

  /// The text-to-text `__metadata__` of the header; empty if there is none.
  public let metadata: [String: String]

  private let map: MappedFile
  private let tensors: [String: (entry: TensorEntry, range: Range<Int>)]

  /// Opens the file at `path`.
  ///
  /// - Throws: ``FormatError`` for every breach of the format.
  public convenience init(_ path: String) throws(FormatError) {
    try self.init(MappedFile(path))
  }

  /// Checks a file that is already mapped.
  ///
  /// - Throws: ``FormatError`` for every breach of the format.
  public init(_ map: MappedFile) throws(FormatError) {
    self.map = map
    let header = try map.withBytes { (bytes) throws(FormatError) in
      try SafetensorsHeader(bytes, file: map.file)
    }
    metadata = header.metadata
    tensors = header.tensors
    names = tensors.keys.sorted()
  }

  /// The path of the file.
  public var file: String { map.file }

  /// The type and shape of one tensor.
  public func entry(for name: String) throws(FormatError) -> TensorEntry {
    guard let tensor = tensors[name] else { throw missing(name) }
    return tensor.entry
  }

  /// The bytes of one tensor, counted from the start of the file.
  public func range(of name: String) throws(FormatError) -> Range<Int> {
    guard let tensor = tensors[name] else { throw missing(name) }
    return tensor.range
  }

  /// Lends the elements of one tensor, in place unless the file misaligned them.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    guard let (entry, range) = tensors[name] else { throw missing(name) }
    return try map.withBytes(in: range) {
      try withAlignedBytes($0, to: entry.type.width, body)
    }
  }
}
