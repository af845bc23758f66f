import Foundation
import SwiftCSV

/// Reads a CSV file with the columns `path` and `label`.
///
/// Paths are relative to the file. Labels are class names, or indices where all of them are whole
/// numbers and `classes` are given; without `classes` the names are the labels in order of their
/// bytes.
func csvManifest(at path: String, classes: [String]?) throws -> any DataSet {
  let text: String
  do {
    text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
  } catch {
    throw DataError("cannot be read as UTF-8 text", in: path)
  }
  let table: EnumeratedCSV
  do {
    table = try EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false)
  } catch {
    throw DataError("is not a CSV file: \(error)", in: path, hint: "check its quotes")
  }
  let header = table.header.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
  guard let pathColumn = header.firstIndex(of: "path"),
    let labelColumn = header.firstIndex(of: "label")
  else {
    throw DataError(
      "has no columns `path` and `label`", in: path,
      hint: "its first line must name them; it is `\(table.header.joined(separator: ","))`")
  }
  var rows: [(path: String, label: String)] = []
  for (index, row) in table.rows.enumerated() {
    guard row.count == header.count, !row[pathColumn].isEmpty, !row[labelColumn].isEmpty else {
      throw DataError("row \(index + 2) has no path or no label", in: path)
    }
    rows.append((row[pathColumn], row[labelColumn]))
  }
  guard !rows.isEmpty else { throw DataError("lists no samples", in: path) }
  let names = classes ?? Set(rows.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  let labels = try labelIndices(of: rows.map(\.label), names: names, isGiven: classes != nil, path)
  let folder = (path as NSString).deletingLastPathComponent
  var seen: Set<String> = []
  let items = try zip(rows, labels).map { row, label in
    guard seen.insert(row.path).inserted else {
      throw DataError("lists `\(row.path)` twice", in: path)
    }
    let file =
      row.path.hasPrefix("/") || folder.isEmpty ? row.path : "\(folder)/\(row.path)"
    return DataItem(id: row.path, label: label, file: file, content: .file(file))
  }
  return ListedDataSet(layout: "csv", path: path, classNames: names, items: items)
}

private func labelIndices(
  of labels: [String], names: [String], isGiven: Bool, _ file: String
) throws -> [Int] {
  let indices = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
  let numbers = labels.compactMap { Int($0) }
  let isNumbered = isGiven && numbers.count == labels.count
  return try labels.enumerated().map { row, label in
    if let index = indices[label] { return index }
    if isNumbered, names.indices.contains(numbers[row]) { return numbers[row] }
    throw DataError(
      "row \(row + 2) has the label `\(label)`, which is none of the \(names.count) classes",
      in: file, hint: "write labels as they stand in the file of --classes, or as their indices")
  }
}
