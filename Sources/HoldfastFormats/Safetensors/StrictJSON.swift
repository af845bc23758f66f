/// A JSON value whose objects have no duplicate keys.
enum StrictJSON {
  case object([String: StrictJSON])
  case array([StrictJSON])
  case string(String)
  case integer(Int)
  case number(Double)
  case bool(Bool)
  case null

  /// Parses a whole document of trusted size and untrusted content.
  ///
  /// Stricter than Foundation's parser, which hides duplicate keys: they are an error here, as are
  /// nesting beyond `depth`, invalid UTF-8, lone surrogates and anything after the value except
  /// white space.
  static func parse(
    _ bytes: UnsafeRawBufferPointer, depth: Int, file: String
  ) throws(FormatError) -> StrictJSON {
    var parser = StrictJSONParser(bytes: bytes, file: file)
    let value = try parser.value(depth: depth)
    parser.skipSpace()
    guard parser.position == bytes.count else { throw parser.error("text after the end") }
    return value
  }
}

private struct StrictJSONParser {
  let bytes: UnsafeRawBufferPointer
  let file: String
  var position = 0

  func error(_ what: String) -> FormatError {
    FormatError("is not valid JSON at byte \(position): \(what)", in: file)
  }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
      position += 1
    }
  }

  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func expect(_ character: Unicode.Scalar) throws(FormatError) {
    guard accept(character) else { throw error("expected '\(character)'") }
  }

  mutating func value(depth: Int) throws(FormatError) -> StrictJSON {
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  mutating func object(depth: Int) throws(FormatError) -> [String: StrictJSON] {
    guard depth > 0 else { throw error("nested too deeply") }
    try expect("{")
    var members: [String: StrictJSON] = [:]
    if accept("}") { return members }
    repeat {
      skipSpace()
      let key = try string()
      try expect(":")
      let member = try value(depth: depth - 1)
      guard members.updateValue(member, forKey: key) == nil else {
        throw error("the key \(quoted(key)) appears twice")
      }
    } while accept(",")
    try expect("}")
    return members
  }

  mutating func array(depth: Int) throws(FormatError) -> [StrictJSON] {
    guard depth > 0 else { throw error("nested too deeply") }
    try expect("[")
    var elements: [StrictJSON] = []
    if accept("]") { return elements }
    repeat { elements.append(try value(depth: depth - 1)) } while accept(",")
    try expect("]")
    return elements
  }

  mutating func word(_ text: StaticString, _ value: StrictJSON) throws(FormatError) -> StrictJSON {
    let length = text.utf8CodeUnitCount
    guard bytes.count - position >= length,
      bytes[position..<(position + length)].elementsEqual("\(text)".utf8)
    else { throw error("expected a value") }
    position += length
    return value
  }

  mutating func number() throws(FormatError) -> StrictJSON {
    let start = position
    while let byte = next, byte.isDigit || "+-.eE".utf8.contains(byte) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard let first = digits.first, first.isDigit, digits.count + 1 >= text.utf8.count,
      !(digits.count > 1 && first == UInt8(ascii: "0") && digits.dropFirst().first?.isDigit == true)
    else { throw error("expected a value") }
    if let integer = Int(text) { return .integer(integer) }
    guard let double = Double(text), double.isFinite else { throw error("not a number") }
    return .number(double)
  }

  mutating func string() throws(FormatError) -> String {
    guard next == UInt8(ascii: "\"") else { throw error("expected a string") }
    position += 1
    var units: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: units, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"): units.append(contentsOf: String(try escape()).utf8)
      case ..<0x20: throw error("a control character in a string")
      default: units.append(byte)
      }
    }
    throw error("a string does not end")
  }

  mutating func escape() throws(FormatError) -> Unicode.Scalar {
    guard let byte = next else { throw error("a string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let high = try hexadecimal()
      if let scalar = Unicode.Scalar(high) { return scalar }
      guard high < 0xDC00, bytes[position...].starts(with: "\\u".utf8) else {
        throw error("a lone surrogate")
      }
      position += 2
      let low = try hexadecimal()
      guard (0xDC00...0xDFFF).contains(low),
        let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
      else { throw error("a lone surrogate") }
      return scalar
    default: throw error("an unknown escape")
    }
  }

  mutating func hexadecimal() throws(FormatError) -> UInt32 {
    guard bytes.count - position >= 4 else { throw error("a string does not end") }
    let text = String(decoding: bytes[position..<(position + 4)], as: UTF8.self)
    guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }),
      let value = UInt32(text, radix: 16)
    else { throw error("an unknown escape") }
    position += 4
    return value
  }
}

extension UInt8 {
  /// Whether this is the ASCII code of a decimal digit.
  var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}

/// A string as a JSON literal, quotes included.
func jsonLiteral(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\u{0}"..."\u{1F}":
      let code = String(scalar.value, radix: 16)
      literal += "\\u" + String(repeating: "0", count: 4 - code.count) + code
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}
