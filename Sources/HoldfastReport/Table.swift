/// A table, in whatever form a reader wants it.
public struct Table: Hashable, Sendable {
  /// On which side a column's entries stand.
  public enum Alignment: Hashable, Sendable {
    case left, right
  }

  /// The names of the columns, and on which side their entries stand.
  public var columns: [(name: String, alignment: Alignment)] {
    zip(names, alignments).map { ($0, $1) }
  }

  /// The entries, row by row.
  public private(set) var rows: [[String]] = []

  private let names: [String]
  private let alignments: [Alignment]

  /// A table without rows: the first columns are texts, the others numbers.
  public init(texts: [String], numbers: [String]) {
    names = texts + numbers
    alignments = texts.map { _ in .left } + numbers.map { _ in .right }
  }

  /// Adds a row; missing entries are empty.
  public mutating func add(_ entries: [String]) {
    rows.append(entries + [String](repeating: "", count: max(0, names.count - entries.count)))
  }

  /// Columns padded with spaces, for a terminal.
  public func text() -> String {
    let widths = names.indices.map { column in
      ([names[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    return ([names] + rows).map { row in
      let cells = row.indices.map { pad(row[$0], widths[$0], alignments[$0]) }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }.joined(separator: "\n")
  }

  /// A Markdown table.
  public func markdown() -> String {
    let escaped = rows.map { $0.map { $0.replacing("|", with: "\\|") } }
    let rule = alignments.map { $0 == .left ? "---" : "---:" }
    return ([names, rule] + escaped)
      .map { "| " + $0.joined(separator: " | ") + " |" }
      .joined(separator: "\n")
  }

  /// Comma-separated values (RFC 4180).
  public func csv() -> String {
    ([names] + rows).map { row in
      row.map { entry in
        entry.contains { ",\"\n\r".contains($0) }
          ? "\"" + entry.replacing("\"", with: "\"\"") + "\"" : entry
      }.joined(separator: ",")
    }.joined(separator: "\n")
  }

  /// Equality of names, sides and entries.
  public static func == (a: Table, b: Table) -> Bool {
    a.names == b.names && a.alignments == b.alignments && a.rows == b.rows
  }

  /// Hash of the names and entries.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(names)
    hasher.combine(rows)
  }

  private func pad(_ text: String, _ width: Int, _ alignment: Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return alignment == .left ? text + space : space + text
  }
}
