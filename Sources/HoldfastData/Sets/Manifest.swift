import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

/// Reads a manifest: a CSV file with the columns `path` and `label`, or JSON lines with these keys,
/// and with `modality` if it lists samples of several modalities.
///
/// Paths are relative to the file. Labels are class names, or all of them indices into the given
/// classes; without classes the names are the labels in order of their bytes. Of several
/// modalities, the rows of the one that is asked for count, and they alone.
func manifest(_ request: DataRequest) throws -> any DataSet {
  let path = request.path
  let rows = try ManifestRow.rows(at: path, of: request.modality)
  let names = request.classes ?? Set(rows.map(\.label)).sorted(by: precedes)
  guard request.classes != nil || !names.allSatisfy({ Int($0) != nil }) else {
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
        "lists `\(row.path)` twice (\(row.place))", in: path, hint: "keep one of the \(row.kind)s")
    }
    let file = located(row.path, in: folder)
    return DataItem(id: row.path, label: label, file: file, content: .file(file))
  }
  return try ListedDataSet(
    layout: isLines(path) ? "jsonl" : "csv", path: path, classNames: names, items: items)
}

/// The modalities that a manifest's `modality` names, in order of appearance; empty if it has no
/// such column.
func manifestSenses(at path: String) throws -> [Modality] {
  var senses: [Modality] = []
  for row in try ManifestRow.rows(at: path) {
    if let sense = row.modality, !senses.contains(sense) { senses.append(sense) }
  }
  return senses
}

/// Whether a manifest is written in JSON lines.
func isLines(_ path: String) -> Bool { PathParts.ending(of: path) == "jsonl" }

/// A row of a manifest.
private struct ManifestRow {
  /// `row` or `line`, and which: rows count from 1, the header.
  let kind: String
  let number: Int
  let path: String
  let label: String
  let modality: Modality?

  var place: String { "\(kind) \(number)" }

  /// The rows of a modality; all rows if `modality` is nil, or the manifest names no modalities.
  static func rows(at path: String, of modality: Modality? = nil) throws -> [ManifestRow] {
    let rows = try isLines(path) ? lines(at: path) : table(at: path)
    guard !rows.isEmpty else {
      throw DataError("lists no samples", in: path, hint: "add lines of the form path,label")
    }
    for row in rows where row.path.isEmpty || row.label.isEmpty {
      throw DataError(
        "\(row.place) has no path or no label", in: path,
        hint: "fill it in, or take the \(row.kind) out")
    }
    let known = rows.contains { $0.modality != nil }
    guard known, let modality else { return rows }
    let own = rows.filter { $0.modality == modality }
    guard !own.isEmpty else {
      let senses = Set(rows.compactMap(\.modality?.rawValue)).sorted()
      throw DataError(
        "lists no samples of the modality \(modality.rawValue)", in: path,
        hint: "it lists \(senses.joined(separator: ", "))")
    }
    return own
  }

  private static func table(at path: String) throws -> [ManifestRow] {
    let table = try CSVTable(at: path)
    guard table.has("path"), table.has("label") else {
      throw DataError(
        "has no columns `path` and `label`", in: path,
        hint: "the first line must name them: path,label")
    }
    return try table.rows.map { row in
      try ManifestRow(
        kind: "row", number: row.number, path: row["path"], label: row["label"],
        sense: table.has("modality") ? row["modality"] : nil, in: path)
    }
  }

  private static func lines(at path: String) throws -> [ManifestRow] {
    struct Line: Decodable {
      let path: String
      let label: Label
      let modality: String?
    }
    let reader = try JSONLinesReader(path, lastLine: .kept)
    var rows: [ManifestRow] = []
    while let bytes = try reader.next() {
      guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)) else {
        throw DataError(
          "line \(reader.lineNumber) is not an object with `path` and `label`", in: path,
          hint: #"write {"path": "a.jpg", "label": "cat"}"#)
      }
      guard
        (line.modality == nil) == (rows.first ?? nil).map({ $0.modality == nil })
          ?? (line.modality == nil)
      else {
        throw DataError(
          "line \(reader.lineNumber) \(line.modality == nil ? "has no" : "has a") `modality`, "
            + "unlike those before it", in: path, hint: "name the modality in all lines, or in none"
        )
      }
      rows.append(
        try ManifestRow(
          kind: "line", number: reader.lineNumber, path: line.path, label: line.label.text,
          sense: line.modality, in: path))
    }
    return rows
  }

  private init(
    kind: String, number: Int, path: String, label: String, sense: String?, in file: String
  ) throws(DataError) {
    self.kind = kind
    self.number = number
    self.path = path
    self.label = label.trimmingCharacters(in: .whitespaces)
    modality = try sense.map { text throws(DataError) in
      try listedSense(text, at: "\(kind) \(number)", in: file)
    }
  }

  /// A label as a name or as a number.
  private struct Label: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      text = try (try? String(container.decode(Int.self))) ?? container.decode(String.self)
    }
  }
}

/// The modality that a field of a manifest names.
func listedSense(
  _ text: String, at place: String, in file: String
) throws(DataError) -> Modality {
  let name = text.trimmingCharacters(in: .whitespaces).lowercased()
  let known = Modality.allCases.map(\.rawValue)
  guard known.contains(name) else {
    let near = nearest(name, among: known).first
    throw DataError(
      "\(place) has the unknown modality `\(text)`", in: file,
      hint: near.map { "did you mean `\($0)`?" }
        ?? "the modalities are \(known.joined(separator: ", "))")
  }
  return Modality(rawValue: name)
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
        "\(row.place) has the label `\(row.label)`, which is none of the \(names.count) classes",
        in: file, hint: "write labels as they stand in the file of --classes, or as their indices")
    }
    return place
  }
}
