/// Writes safetensors files, one tensor in memory at a time.
public enum SafetensorsWriter {
  /// A tensor to write, and a way to get at its elements when their turn comes.
  public struct Tensor {
    /// The name in the file.
    public let name: String

    /// Type and shape.
    public let entry: TensorEntry

    /// Hands out the elements: contiguous, C order, little-endian.
    public let bytes: () throws -> [UInt8]

    /// A tensor whose elements `bytes` hands out.
    public init(
      name: String, type: ElementType, shape: [Int], bytes: @escaping () throws -> [UInt8]
    ) {
      self.name = name
      self.entry = TensorEntry(type: type, shape: shape)
      self.bytes = bytes
    }
  }

  /// Writes `tensors` to `path`, which appears whole or not at all.
  ///
  /// Tensors are laid out by width of element, widest first, then by name, so that each is
  /// aligned; the same tensors give the same bytes. `{"format": "pt"}` is what transformers
  /// expects to find as metadata.
  ///
  /// - Throws: ``FormatError`` for duplicate or overlong names, absurd shapes, bytes that do not
  ///   fit the shape, and what the system refuses; and what a tensor's `bytes` throws.
  public static func write(
    _ tensors: [Tensor], metadata: [String: String] = ["format": "pt"], to path: String
  ) throws {
    let ordered = tensors.sorted {
      ($1.entry.type.width, $0.name) < ($0.entry.type.width, $1.name)
    }
    let header = try header(of: ordered, metadata: metadata, file: path)
    try AtomicFile.write(to: path) { writer in
      try writer.write(header)
      for tensor in ordered {
        let bytes = try tensor.bytes()
        guard bytes.count == tensor.entry.byteCount else {
          throw FormatError(
            "cannot be written: the tensor \(quoted(tensor.name)) came with \(bytes.count) bytes, "
              + "\(tensor.entry.type.rawValue) \(tensor.entry.shape) takes "
              + "\(tensor.entry.byteCount ?? 0)", in: path)
        }
        try writer.write(bytes)
      }
    }
  }

  private static func header(
    of tensors: [Tensor], metadata: [String: String], file: String
  ) throws(FormatError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map {
        "\(jsonLiteral($0.key)):\(jsonLiteral($0.value))"
      }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var seen: Set<String> = ["__metadata__"]
    var offset = 0
    for tensor in tensors {
      let (name, entry) = (tensor.name, tensor.entry)
      guard seen.insert(name).inserted, name.utf8.count <= SafetensorsFile.maximumName else {
        throw FormatError(
          "cannot be written: the tensor name \(quoted(name)) is taken or too long", in: file)
      }
      guard entry.shape.count <= maximumRank, let byteCount = entry.byteCount,
        let end = offset.adding(byteCount)
      else {
        throw FormatError(
          "cannot be written: the tensor \(quoted(name)) has an absurd shape \(entry.shape)",
          in: file)
      }
      let shape = entry.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(jsonLiteral(name)):{\"dtype\":\"\(entry.type.rawValue)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text.append(contentsOf: repeatElement(0x20, count: (8 - text.count % 8) % 8))
    guard text.count <= SafetensorsFile.maximumHeader else {
      throw FormatError("cannot be written: its header is too large for the format", in: file)
    }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian, Array.init) + text
  }
}
