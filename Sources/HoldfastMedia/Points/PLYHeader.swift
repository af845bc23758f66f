/// The header of a PLY file: what elements follow, and how they are written.
///
/// Source: Turk, "The PLY polygon file format", 1994.
struct PLYHeader {
  enum Encoding: String {
    case ascii
    case littleEndian = "binary_little_endian"
    case bigEndian = "binary_big_endian"
  }

  enum Scalar: Hashable {
    case int8, uint8, int16, uint16, int32, uint32, float32, float64

    init?(_ word: String) {
      switch word {
      case "char", "int8": self = .int8
      case "uchar", "uint8": self = .uint8
      case "short", "int16": self = .int16
      case "ushort", "uint16": self = .uint16
      case "int", "int32": self = .int32
      case "uint", "uint32": self = .uint32
      case "float", "float32": self = .float32
      case "double", "float64": self = .float64
      default: return nil
      }
    }

    var width: Int {
      switch self {
      case .int8, .uint8: 1
      case .int16, .uint16: 2
      case .int32, .uint32, .float32: 4
      case .float64: 8
      }
    }

    var isFloat: Bool { self == .float32 || self == .float64 }
  }

  struct Property {
    let name: String
    let type: Scalar
    /// The type of the number of values, nil for a single value.
    let count: Scalar?

    /// The fewest bytes that it takes.
    var minimum: Int { (count ?? type).width }
  }

  struct Element {
    let name: String
    let count: Int
    var properties: [Property] = []
  }

  let encoding: Encoding
  let elements: [Element]
  /// The offset of the first element.
  let start: Int

  static let maximumHeader = 1 << 16

  init(_ bytes: [UInt8], name: String) throws(MediaError) {
    var lines = PLYHeaderLines(bytes: bytes, name: name)
    guard try lines.next() == ["ply"] else { throw lines.error("the word `ply` is expected") }
    var encoding: Encoding?
    var elements: [Element] = []
    while true {
      let words = try lines.next()
      switch words.first {
      case "end_header" where words.count == 1:
        guard let encoding else { throw lines.error("the format is not given") }
        self.encoding = encoding
        self.elements = elements
        start = lines.position
        return
      case "comment", "obj_info", nil: continue
      case "format" where encoding == nil && words.count == 3 && words[2] == "1.0":
        encoding = Encoding(rawValue: words[1])
        guard encoding != nil else { throw lines.error("this format of PLY is not known") }
      case "element" where words.count == 3 && elements.count < 64:
        guard let count = Int(words[2]), count >= 0 else {
          throw lines.error("the number of elements is not a whole number")
        }
        guard !elements.contains(where: { $0.name == words[1] }) else {
          throw lines.error("two kinds of elements have the same name")
        }
        elements.append(Element(name: words[1], count: count))
      case "property" where !elements.isEmpty:
        guard let property = Property(words), elements[elements.count - 1].properties.count < 256
        else { throw lines.error("this property is not understood") }
        guard !elements[elements.count - 1].properties.contains(where: { $0.name == property.name })
        else { throw lines.error("two properties have the same name") }
        elements[elements.count - 1].properties.append(property)
      default: throw lines.error("this line of the header is not understood")
      }
    }
  }
}

extension PLYHeader.Property {
  /// `property float x`, or `property list uchar int vertex_indices`.
  fileprivate init?(_ words: [String]) {
    if words.count == 3, let type = PLYHeader.Scalar(words[1]) {
      self.init(name: words[2], type: type, count: nil)
    } else if words.count == 5, words[1] == "list", let count = PLYHeader.Scalar(words[2]),
      !count.isFloat, let type = PLYHeader.Scalar(words[3])
    {
      self.init(name: words[4], type: type, count: count)
    } else {
      return nil
    }
  }
}

private struct PLYHeaderLines {
  let bytes: [UInt8]
  let name: String
  var position = 0
  var number = 0

  mutating func next() throws(MediaError) -> [String] {
    let window = bytes[position..<min(bytes.count, PLYHeader.maximumHeader)]
    guard let end = window.firstIndex(of: UInt8(ascii: "\n")) else {
      throw MediaError("the PLY file has no end of its header", file: name)
    }
    let words = bytes[position..<end].split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    position = end + 1
    number += 1
    return words.map { String(decoding: $0, as: UTF8.self) }
  }

  func error(_ what: String) -> MediaError {
    MediaError("line \(number): \(what)", file: name)
  }
}
