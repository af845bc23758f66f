/// A table, ready for the template `table`.
struct TableView {
  struct Column {
    let name: Shown
    let style: String
  }

  struct Cell {
    let text: Shown
    /// An interval, in smaller type.
    let small: Shown
    let style: String
    /// Whether the cell names its row.
    let isName: Bool
  }

  struct Row {
    let cells: [Cell]
    let style: String
  }

  let label: Shown
  let columns: [Column]
  let rows: [Row]

  /// - Parameters:
  ///   - label: what the table shows, for those who do not see it.
  ///   - strong: whether the row of a number is the headline.
  init(_ table: Table, label: Shown, strong: (Int) -> Bool = { _ in false }) {
    self.label = label
    func style(_ alignment: Table.Alignment) -> String { alignment == .right ? "n" : "t" }
    columns = table.columns.map { Column(name: Shown($0.name), style: style($0.alignment)) }
    rows = table.rows.enumerated().map { number, row in
      Row(
        cells: row.enumerated().map { index, entry in
          let alignment = table.columns[index].alignment
          let (text, small) = alignment == .right ? Self.parts(entry) : (entry, "")
          return Cell(
            text: Shown(text), small: Shown(small), style: style(alignment), isName: index == 0)
        }, style: strong(number) ? "strong" : "")
    }
  }

  /// `40.0 % [12.5, 87.5]` as its figure and its interval.
  private static func parts(_ entry: String) -> (String, String) {
    guard entry.hasSuffix("]"), let place = entry.firstRange(of: " [") else { return (entry, "") }
    return (
      String(entry[..<place.lowerBound]), String(entry[entry.index(after: place.lowerBound)...])
    )
  }
}
