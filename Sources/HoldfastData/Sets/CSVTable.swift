import Foundation
import SwiftCSV

/// A CSV file whose first line names its columns.
struct CSVTable {
  /// A line of fields; rows count from 1, the header.
  struct Row {
    let number: Int
    fileprivate let columns: [String: Int]
    fileprivate let fields: [String]

    /// The field of a column; empty when the row is too short.
    subscript(_ name: String) -> String {
      guard let column = columns[name], column < fields.count else { return "" }
      return fields[column]
    }
  }

  /// The rows that hold anything, in order.
  let rows: [Row]
  private let columns: [String: Int]

  /// Whether there is a column of that name, in any case of letters.
  func has(_ name: String) -> Bool { columns[name] != nil }

  /// Reads a file.
  init(at path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path),
      let text = String(validating: data, as: UTF8.self)
    else {
      throw DataError(
        "cannot be read as UTF-8 text", in: path, hint: "check its permissions and its encoding")
    }
    guard let table = try? EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false) else {
      throw DataError(
        "is not a CSV file, because its quotes do not pair up", in: path,
        hint: "put a field with a quote in quotes, and double the quote inside")
    }
    let header = table.header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    let columns = Dictionary(
      header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var rows: [Row] = []
    for (index, fields) in table.rows.enumerated() where fields.contains(where: { !$0.isEmpty }) {
      func refuse(_ what: String, hint: String) -> DataError {
        DataError("row \(index + 2) \(what)", in: path, hint: hint)
      }
      guard fields.dropFirst(header.count).allSatisfy(\.isEmpty) else {
        throw refuse("has more fields than the header", hint: "put a field with a comma in quotes")
      }
      guard !fields.contains(where: { $0.contains(where: \.isNewline) }) else {
        throw refuse("has a field with a line break", hint: "look for a quote without its partner")
      }
      rows.append(Row(number: index + 2, columns: columns, fields: fields))
    }
    self.rows = rows
    self.columns = columns
  }
}

/// A path as a manifest in `folder` means it.
func located(_ path: String, in folder: String) -> String {
  path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
}
