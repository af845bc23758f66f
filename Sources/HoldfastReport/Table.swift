/// A table, in whatever form a reader wants it.
public struct Table: Hashable, Sendable {
  /// On which side a column's entries stand.
  public enum Alignment: Hashable, Sendable {
    /// A side.
    case left, right
  }

  /// A column.
  public struct Column: Hashable, Sendable {
    /// The name.
    public let name: String
    /// On which side the entries stand.
    public let alignment: Alignment
  }

  /// The columns.
  public let columns: [Column]

  /// The entries, row by row, as many as there are columns.
  public private(set) var rows: [[String]] = []

  /// A table without rows: the first columns are texts, the others numbers.
  public init(texts: [String], numbers: [String]) {
    columns =
      texts.map { Column(name: $0, alignment: .left) }
      + numbers.map { Column(name: $0, alignment: .right) }
  }

  /// Adds a row; missing entries are empty, and what has no column is left out.
  public mutating func add(_ entries: [String]) {
    let missing = [String](repeating: "", count: max(0, columns.count - entries.count))
    rows.append(Array((entries + missing).prefix(columns.count)))
  }

  /// Columns padded with spaces, for a terminal.
  public func text() -> String {
    let lines = ([columns.map(\.name)] + rows).map { $0.map { $0.printable() } }
    let widths = columns.indices.map { column in lines.map { $0[column].columns }.max() ?? 0 }
    return lines.map { line in
      let cells = line.indices.map { index in
        let space = String(repeating: " ", count: widths[index] - line[index].columns)
        return columns[index].alignment == .left ? line[index] + space : space + line[index]
      }
      let text = cells.joined(separator: "  ")
      return String(
        text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }.joined(separator: "\n")
  }

  /// A Markdown table.
  public func markdown() -> String {
    let rule = columns.map { $0.alignment == .left ? "---" : "---:" }
    let escaped = ([columns.map(\.name)] + rows).map { row in
      row.map { $0.printable().replacing("|", with: "\\|") }
    }
    return (escaped.prefix(1) + [rule] + escaped.dropFirst())
      .map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// Comma-separated values (RFC 4180, with bare newlines).
  public func csv() -> String {
    ([columns.map(\.name)] + rows).map { row in
      row.map { entry in
        entry.unicodeScalars.contains { [",", "\"", "\n", "\r"].contains($0) }
          ? "\"" + entry.replacing("\"", with: "\"\"") + "\"" : entry
      }.joined(separator: ",")
    }.joined(separator: "\n")
  }

  /// The rows by the names of the columns.
  public var objects: [[String: String]] {
    rows.map { row in
      Dictionary(zip(columns.map(\.name), row), uniquingKeysWith: { first, _ in first })
    }
  }
}

extension String {
  /// The columns of a terminal that this text takes: two for each wide character.
  fileprivate var columns: Int { reduce(0) { $0 + ($1.isWide ? 2 : 1) } }
}

extension Character {
  /// Whether terminals give this character two columns: East Asian wide ones, and emoji.
  fileprivate var isWide: Bool {
    guard let scalar = unicodeScalars.first else { return false }
    if scalar.properties.isEmojiPresentation { return true }
    return Self.wide.contains { $0.contains(scalar.value) }
  }

  /// The blocks of wide and full-width characters (Unicode Standard Annex 11).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF,
    0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
  ]
}
