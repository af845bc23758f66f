import Foundation
import HoldfastFormats
import HoldfastMedia

/// Reads a CSV file with the columns `path` and `label`.
///
/// Paths are relative to the file. Labels are class names, or all of them indices into the given
/// `classes`; without `classes` the names are the labels in order of their bytes.
func csvManifest(at path: String, classes: [String]?) throws -> any DataSet {
  let rows = try manifestRows(at: path)
  let names =
    classes ?? Set(rows.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  guard classes != nil || !names.allSatisfy({ Int($0) != nil }) else {
    throw DataError(
      "has numbers for labels, and does not say what the classes are called", in: path,
      hint: "give a file with one name per line, in the order of the labels, with --classes")
  }
  let labels = try labelIndices(of: rows, names: names, path)
  let folder = PathParts.folder(of: path)
  var seen: Set<String> = []
  let items = try zip(rows, labels).map { row, label in
    guard seen.insert(row.path).inserted else {
      throw DataError(
        "lists `\(row.path)` twice (row \(row.number))", in: path, hint: "keep one of the rows")
    }
    let file = located(row.path, in: folder)
    return DataItem(id: row.path, label: label, file: file, content: .file(file))
  }
  return try ListedDataSet(layout: "csv", path: path, classNames: names, items: items)
}

/// A row of a manifest; rows count from 1, the header.
private struct ManifestRow {
  let number: Int
  let path: String
  let label: String
}

private func manifestRows(at path: String) throws -> [ManifestRow] {
  let table = try CSVTable(at: path)
  guard table.has("path"), table.has("label") else {
    throw DataError(
      "has no columns `path` and `label`", in: path,
      hint: "the first line must name them: path,label")
  }
  let rows = try table.rows.map { row in
    let label = row["label"]
    guard !row["path"].isEmpty, !label.isEmpty else {
      throw DataError(
        "row \(row.number) has no path or no label", in: path,
        hint: "fill it in, or take the row out")
    }
    return ManifestRow(
      number: row.number, path: row["path"],
      label: label.trimmingCharacters(in: .whitespaces))
  }
  guard !rows.isEmpty else {
    throw DataError("lists no samples", in: path, hint: "add lines of the form path,label")
  }
  return rows
}

/// The labels as places in `names`: all of them names, or else all of them indices.
private func labelIndices(
  of rows: [ManifestRow], names: [String], _ file: String
) throws -> [Int] {
  let places = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
  let isNamed =
    rows.contains { Int($0.label) == nil } || rows.allSatisfy { places[$0.label] != nil }
  return try rows.map { row in
    let place = isNamed ? places[row.label] : Int(row.label)
    guard let place, names.indices.contains(place) else {
      throw DataError(
        "row \(row.number) has the label `\(row.label)`, which is none of the \(names.count) classes",
        in: file, hint: "write labels as they stand in the file of --classes, or as their indices")
    }
    return place
  }
}
