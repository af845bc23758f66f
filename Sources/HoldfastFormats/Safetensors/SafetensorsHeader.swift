/// The header of a safetensors file, checked rule by rule.
struct SafetensorsHeader {
  var metadata: [String: String] = [:]
  var tensors: [String: (entry: TensorEntry, range: Range<Int>)] = [:]

  /// Reads the header at the start of `bytes`, which are the whole file.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FormatError) {
    var cursor = ByteCursor(bytes, file: file)
    let announced = try cursor.integer(UInt64.self)
    guard announced <= SafetensorsFile.maximumHeader else {
      throw FormatError(
        "announces a header of \(announced) bytes; the format allows "
          + "\(SafetensorsFile.maximumHeader)", in: file, hint: "this is not a safetensors file")
    }
    let text = try cursor.take(Int(announced))
    guard text.first == UInt8(ascii: "{") else {
      throw FormatError("has a header that does not start with '{'", in: file)
    }
    guard case .object(let members) = try StrictJSON.parse(text, depth: 4, file: file) else {
      throw FormatError("has a header that is not an object", in: file)
    }
    guard members.count <= SafetensorsFile.maximumTensors else {
      throw FormatError("lists \(members.count) tensors, more than we accept", in: file)
    }
    let dataStart = cursor.position
    for (name, value) in members {
      if name == "__metadata__" {
        metadata = try Self.metadata(value, file: file)
      } else {
        tensors[name] = try Self.tensor(name, value, dataStart: dataStart, file: file)
      }
    }
    try Self.checkTiling(tensors, dataStart: dataStart, fileEnd: bytes.count, file: file)
  }

  private static func metadata(
    _ value: StrictJSON, file: String
  ) throws(FormatError) -> [String: String] {
    guard case .object(let members) = value else {
      throw FormatError("has a __metadata__ that is not an object", in: file)
    }
    var metadata: [String: String] = [:]
    for (key, value) in members {
      guard case .string(let text) = value else {
        throw FormatError("has a __metadata__ entry \(quoted(key)) that is not text", in: file)
      }
      metadata[key] = text
    }
    return metadata
  }

  private static func tensor(
    _ name: String, _ value: StrictJSON, dataStart: Int, file: String
  ) throws(FormatError) -> (entry: TensorEntry, range: Range<Int>) {
    func error(_ what: String) -> FormatError {
      FormatError("describes the tensor \(quoted(name)) \(what)", in: file)
    }
    guard name.utf8.count <= SafetensorsFile.maximumName else {
      throw error("by a name longer than \(SafetensorsFile.maximumName) bytes")
    }
    guard case .object(let fields) = value, fields.count == 3,
      case .string(let typeName)? = fields["dtype"], let shape = sizes(fields["shape"]),
      let offsets = sizes(fields["data_offsets"])
    else {
      throw error(
        "by keys other than dtype, shape and data_offsets, or by numbers that are not whole")
    }
    guard let type = ElementType(rawValue: typeName) else {
      throw FormatError(
        "stores the tensor \(quoted(name)) as \(quoted(typeName)), which we do not read", in: file,
        hint: "convert it to one of \(ElementType.allCases.map(\.rawValue).joined(separator: " "))")
    }
    guard shape.count <= maximumRank else { throw error("with \(shape.count) dimensions") }
    let entry = TensorEntry(type: type, shape: shape)
    guard let byteCount = entry.byteCount else { throw error("with an absurd shape \(shape)") }
    guard offsets.count == 2, offsets[0] <= offsets[1],
      let start = dataStart.adding(offsets[0]), let end = dataStart.adding(offsets[1])
    else { throw error("with data_offsets that are not a range: \(offsets)") }
    guard end - start == byteCount else {
      throw error("with \(end - start) bytes, but \(typeName) \(shape) takes \(byteCount)")
    }
    return (entry, start..<end)
  }

  /// An array of non-negative whole numbers.
  private static func sizes(_ value: StrictJSON?) -> [Int]? {
    guard case .array(let elements)? = value else { return nil }
    var sizes: [Int] = []
    for element in elements {
      guard case .integer(let size) = element, size >= 0 else { return nil }
      sizes.append(size)
    }
    return sizes
  }

  /// Tensors must follow each other without hole or overlap, from the header to the file's end.
  private static func checkTiling(
    _ tensors: [String: (entry: TensorEntry, range: Range<Int>)], dataStart: Int, fileEnd: Int,
    file: String
  ) throws(FormatError) {
    let ordered = tensors.map { (name: $0.key, range: $0.value.range) }.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = dataStart
    for (name, range) in ordered {
      guard range.lowerBound == end else {
        throw FormatError(
          range.lowerBound < end
            ? "has a tensor \(quoted(name)) that overlaps another"
            : "has unused bytes before the tensor \(quoted(name))", in: file)
      }
      end = range.upperBound
    }
    guard end == fileEnd else {
      throw FormatError(
        end > fileEnd
          ? "ends at byte \(fileEnd), its tensors at \(end)"
          : "has \(fileEnd - end) bytes after its last tensor", in: file,
        hint: end > fileEnd ? "the file is truncated: fetch it again" : nil)
    }
  }
}
