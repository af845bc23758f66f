/// The elements of a page as a browser finds them, byte by byte; enough of HTML for pages of our own.
struct Markup {
  struct Element: Hashable {
    let name: String
    let attributes: [String: String]
    /// The text from its start up to the next tag, entities resolved.
    var text: String
  }

  private(set) var elements: [Element] = []

  init(_ page: some StringProtocol) {
    var bytes = Array(page.utf8)[...]
    func isLetter(_ byte: UInt8?) -> Bool {
      byte.map { ($0 | 32) >= 97 && ($0 | 32) <= 122 } ?? false
    }
    var text: [UInt8] = []
    func flush(_ elements: inout [Element]) {
      if !elements.isEmpty { elements[elements.count - 1].text += Self.resolved(text) }
      text = []
    }
    while let byte = bytes.popFirst() {
      guard byte == UInt8(ascii: "<"), let next = bytes.first else {
        text.append(byte)
        continue
      }
      if next == UInt8(ascii: "/") || next == UInt8(ascii: "!") || next == UInt8(ascii: "?") {
        let end = bytes.firstIndex(of: UInt8(ascii: ">")) ?? bytes.endIndex - 1
        let name = String(decoding: bytes[bytes.startIndex...end], as: UTF8.self)
        bytes = bytes[(end + 1)...]
        flush(&elements)
        elements.append(Element(name: String(name.dropLast()), attributes: [:], text: ""))
      } else if isLetter(next) {
        flush(&elements)
        elements.append(Self.element(&bytes))
      } else {
        text.append(byte)
      }
    }
    flush(&elements)
  }

  /// The element whose `<` was just read.
  private static func element(_ bytes: inout ArraySlice<UInt8>) -> Element {
    func take(while holds: (UInt8) -> Bool) -> String {
      let part = bytes.prefix(while: holds)
      bytes = bytes.dropFirst(part.count)
      return String(decoding: part, as: UTF8.self)
    }
    let space = Set(" \n\t\r/".utf8)
    let ends = space.union(">=".utf8)
    let name = take { !ends.contains($0) }
    var attributes: [String: String] = [:]
    while true {
      _ = take { space.contains($0) }
      guard let next = bytes.first, next != UInt8(ascii: ">") else { break }
      let key = take { !ends.contains($0) }
      guard bytes.first == UInt8(ascii: "=") else {
        attributes[key] = ""
        if key.isEmpty { bytes.removeFirst() }
        continue
      }
      bytes.removeFirst()
      if let quote = bytes.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
        bytes.removeFirst()
        attributes[key] = resolved(Array(take { $0 != quote }.utf8))
        _ = bytes.popFirst()
      } else {
        attributes[key] = take { !ends.contains($0) }
      }
    }
    _ = bytes.popFirst()
    return Element(name: name, attributes: attributes, text: "")
  }

  private static func resolved(_ text: [UInt8]) -> String {
    var text = String(decoding: text, as: UTF8.self)
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ] {
      text = text.replacing(entity, with: character)
    }
    return text
  }

  /// The elements' names and those of their attributes: what a page is made of, whatever it says.
  var skeleton: [String] {
    elements.map { "\($0.name) \($0.attributes.keys.sorted().joined(separator: " "))" }
  }

  /// All text.
  var text: String { elements.map(\.text).joined() }

  /// What is between two marks of a page.
  static func part(of page: String, from start: String, to end: String) -> Markup {
    guard let first = page.firstRange(of: start),
      let last = page[first.upperBound...].firstRange(of: end)
    else { return Markup("") }
    return Markup(page[first.upperBound..<last.lowerBound])
  }

  /// The texts of the cells of a table, row by row.
  var rows: [[String]] {
    var rows: [[String]] = []
    for element in elements {
      if element.name == "tr" { rows.append([]) }
      guard !rows.isEmpty else { continue }
      if element.name == "td" || element.name == "th" { rows[rows.count - 1].append("") }
      guard !rows[rows.count - 1].isEmpty else { continue }
      rows[rows.count - 1][rows[rows.count - 1].count - 1] += element.text.trimmed
    }
    return rows
  }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
