/// A value of the small part of Python's grammar that the header of an npy file is written in.
///
/// Nothing is evaluated: strings without escapes, whole numbers, True, False, and tuples, lists and
/// dictionaries of them.
enum PythonLiteral: Hashable {
  case string(String)
  case integer(Int)
  case bool(Bool)
  case tuple([PythonLiteral])
  case list([PythonLiteral])
  case dictionary([PythonPair])

  struct PythonPair: Hashable {
    let key: String
    let value: PythonLiteral
  }

  /// Reads a text that holds one value and blanks around it, nil for anything else.
  init?(_ text: some Sequence<UInt8>) {
    var scanner = PythonScanner(bytes: Array(text))
    guard let value = scanner.value(depth: 8) else { return nil }
    scanner.skipBlanks()
    guard scanner.isAtEnd else { return nil }
    self = value
  }
}

private struct PythonScanner {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func skipBlanks() {
    while position < bytes.count, [0x20, 0x0A, 0x09, 0x0D].contains(bytes[position]) {
      position += 1
    }
  }

  /// Passes over blanks and then `character`; false if another one follows.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipBlanks()
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) -> PythonLiteral? {
    guard depth > 0 else { return nil }
    skipBlanks()
    guard position < bytes.count else { return nil }
    switch bytes[position] {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return string().map { .string($0) }
    case UInt8(ascii: "("): return sequence(until: ")", depth: depth)
    case UInt8(ascii: "["): return sequence(until: "]", depth: depth)
    case UInt8(ascii: "{"): return dictionary(depth: depth)
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return integer()
    default:
      if take(word: "True") { return .bool(true) }
      if take(word: "False") { return .bool(false) }
      return nil
    }
  }

  private mutating func take(word: String) -> Bool {
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  private mutating func string() -> String? {
    let quote = bytes[position]
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    let inside = bytes[(position + 1)..<end]
    guard !inside.contains(UInt8(ascii: "\\")) else { return nil }
    position = end + 1
    return String(validating: inside, as: UTF8.self)
  }

  private mutating func integer() -> PythonLiteral? {
    let digits = bytes[position...].prefix { (0x30...0x39).contains($0) }
    position += digits.count
    // Python 2 marked its long numbers.
    if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return Int(String(decoding: digits, as: UTF8.self)).map { .integer($0) }
  }

  private mutating func sequence(until end: Unicode.Scalar, depth: Int) -> PythonLiteral? {
    position += 1
    var items: [PythonLiteral] = []
    var endsWithComma = false
    while !take(end) {
      guard items.isEmpty || endsWithComma, let item = value(depth: depth - 1) else { return nil }
      items.append(item)
      endsWithComma = take(",")
    }
    guard end == ")" else { return .list(items) }
    // Brackets around one value without a comma do not make a tuple.
    return items.count == 1 && !endsWithComma ? items.first : .tuple(items)
  }

  private mutating func dictionary(depth: Int) -> PythonLiteral? {
    position += 1
    var pairs: [PythonLiteral.PythonPair] = []
    var endsWithComma = true
    while !take("}") {
      guard endsWithComma, case .string(let key)? = value(depth: depth - 1), take(":"),
        let value = value(depth: depth - 1)
      else { return nil }
      pairs.append(PythonLiteral.PythonPair(key: key, value: value))
      endsWithComma = take(",")
    }
    return .dictionary(pairs)
  }
}
