/// One column of the records in an npy file, or the elements of one that has no records.
public struct NPYField: Hashable, Sendable {
  /// The name of the column; empty when the elements are plain numbers.
  public let name: String

  /// The type of its values.
  public let type: ElementType

  /// The offset of its value in a record, in bytes.
  public let offset: Int
}

/// How the elements of an npy file are laid out.
struct NPYLayout: Hashable {
  let fields: [NPYField]
  /// Bytes from one element to the next.
  let stride: Int
  let isRecord: Bool

  /// Reads the value of `descr`.
  ///
  /// A name of a type, or a list of pairs of a name and a type. What numpy leaves free in a record it
  /// writes as columns of raw bytes (`|V4`) without a name; they are skipped.
  init(_ descriptor: PythonLiteral, file: String) throws(FormatError) {
    if case .string(let name) = descriptor {
      let type = try Self.type(name, of: "elements", file: file)
      fields = [NPYField(name: "", type: type, offset: 0)]
      stride = type.width
      isRecord = false
      return
    }
    guard case .list(let columns) = descriptor, !columns.isEmpty, columns.count <= 256 else {
      throw FormatError("has a header whose `descr` is not a type that numpy writes", in: file)
    }
    var fields: [NPYField] = []
    var offset = 0
    for column in columns {
      guard case .tuple(let parts) = column, parts.count >= 2, case .string(let name) = parts[0],
        case .string(let descriptor) = parts[1]
      else {
        throw FormatError(
          "has records whose columns are not plain numbers", in: file,
          hint: "save each column as an array of its own")
      }
      guard parts.count == 2 else {
        throw FormatError(
          "has arrays in the column \(quoted(name)) of its records", in: file,
          hint: "save each column as an array of its own")
      }
      if let padding = Self.padding(descriptor, name: name) {
        offset += padding
        continue
      }
      guard !name.isEmpty, !fields.contains(where: { $0.name == name }) else {
        throw FormatError("has two columns named \(quoted(name))", in: file)
      }
      let type = try Self.type(descriptor, of: "the column \(quoted(name))", file: file)
      fields.append(NPYField(name: name, type: type, offset: offset))
      offset += type.width
    }
    self.fields = fields
    stride = offset
    isRecord = true
  }

  private static func padding(_ descriptor: String, name: String) -> Int? {
    guard name.isEmpty, descriptor.hasPrefix("|V"), let count = Int(descriptor.dropFirst(2)),
      (1...4096).contains(count)
    else { return nil }
    return count
  }

  private static let types: [String: ElementType] = [
    "b1": .bool, "u1": .uint8, "i1": .int8, "u2": .uint16, "i2": .int16, "u4": .uint32,
    "i4": .int32, "u8": .uint64, "i8": .int64, "f2": .float16, "f4": .float32, "f8": .float64,
  ]

  /// The type that numpy writes as, say, `<f4` or `|u1`.
  static func type(_ text: String, of what: String, file: String) throws(FormatError) -> ElementType
  {
    let kind = String(text.dropFirst())
    if text.hasPrefix("|O") || text == "O" {
      throw FormatError(
        "holds Python objects in \(what), which only running them could read", in: file,
        hint: "save numbers: array.astype('float32')")
    }
    guard let type = types[kind] else {
      throw FormatError(
        "has \(what) of the type \(quoted(text, limit: 40)), which is not read here", in: file,
        hint: "the types are \(types.keys.sorted().joined(separator: ", "))")
    }
    switch text.first {
    case "<": return type
    case "|" where type.width == 1: return type
    case ">" where type.width == 1: return type
    case ">":
      throw FormatError(
        "has big-endian \(what) (\(quoted(text, limit: 40)))", in: file,
        hint: "save it as array.astype('<\(kind)')")
    default:
      throw FormatError(
        "has \(what) of the type \(quoted(text, limit: 40)), which numpy does not write", in: file)
    }
  }
}
