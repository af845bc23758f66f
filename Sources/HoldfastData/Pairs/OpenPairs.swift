import Foundation
public import HoldfastCore
import HoldfastFormats

/// Opens the pairs at a path: a manifest, a file of captions, or a data set of pairs, whose layout
/// is recognised by what lies there (``DataLayouts``).
///
/// A manifest is a `.csv` file with the columns `input,caption` or `input,partner`, or a `.jsonl`
/// file of objects with these keys, and with `modality` if the modality matters. Each row is one
/// pair: an input with several captions is written several times. Paths are relative to the file.
/// In JSON lines `caption` may be a list.
///
/// - Parameters:
///   - modality: of a manifest with inputs of several modalities, the one whose rows count.
///   - split: the part of the set; by default the one that its layout names first.
/// - Throws: ``DataError`` with the row or line of whatever is wrong; `UsageError` for a split or a
///   modality that they do not have.
public func openPairs(
  at path: String, modality: Modality? = nil, split: String? = nil
) throws -> PairManifest {
  // The empty name, which no modality has, stands for any.
  let request = DataRequest(
    path: path, modality: modality ?? Modality(rawValue: ""), split: split)
  guard FileManager.default.fileExists(atPath: path) else {
    throw DataError("is neither a file nor a folder", in: path, hint: hint)
  }
  guard let layout = DataLayouts.entries.first(where: { $0.pairs != nil && $0.matches(path) }),
    let pairs = layout.pairs
  else {
    throw DataError("holds no pairs", in: path, hint: hint)
  }
  if let modality { try layout.check(modality, at: path, option: "--pairs") }
  return try pairs(request)
}

private let hint =
  "a .csv (input,caption or input,partner), a .jsonl, and the layouts with pairs that "
  + "`holdfast list datasets` names are read"

/// Reads a manifest of pairs, of those of its modalities that is meant if it names several.
func pairManifest(at path: String, of modality: Modality?) throws -> PairManifest {
  let rows = try isLines(path) ? lines(at: path) : table(at: path)
  let senses = Set(rows.compactMap(\.modality))
  let own = rows.filter { modality == nil || senses.isEmpty || $0.modality == modality }
  guard senses.count < 2 || modality != nil else {
    let names = senses.map(\.rawValue).sorted()
    throw DataError(
      "pairs inputs of several modalities: \(names.joined(separator: ", "))", in: path,
      hint: "say which with --pairs \(names[0])=\(path)")
  }
  guard !own.isEmpty || rows.isEmpty else {
    throw DataError(
      "lists no inputs of the modality \(modality?.rawValue ?? "")", in: path,
      hint: "it lists \(senses.map(\.rawValue).sorted().joined(separator: ", "))")
  }
  var pairs = PairCollector(path: path)
  for row in own { try pairs.add(row.input, row.partner, row.kind, at: row.place) }
  return try pairs.manifest(
    in: PathParts.folder(of: path), of: modality ?? own.first?.modality)
}

/// A pair as a manifest writes it.
private struct PairRow {
  let place: String
  let input: String
  let partner: String
  let kind: PairManifest.Kind
  let modality: Modality?
}

private func table(at path: String) throws -> [PairRow] {
  let table = try CSVTable(at: path)
  let isCaption = table.has("caption")
  guard table.has("input"), isCaption != table.has("partner") else {
    throw DataError(
      "needs the column `input`, and one of `caption` and `partner`", in: path,
      hint: "the first line must name them: input,caption")
  }
  return try table.rows.map { row in
    PairRow(
      place: "row \(row.number)", input: row["input"],
      partner: row[isCaption ? "caption" : "partner"], kind: isCaption ? .captions : .files,
      modality: table.has("modality")
        ? try listedSense(row["modality"], at: "row \(row.number)", in: path) : nil)
  }
}

private func lines(at path: String) throws -> [PairRow] {
  struct Line: Decodable {
    let input: String
    let caption: Texts?
    let partner: String?
    let modality: String?
  }
  let reader = try JSONLinesReader(path, lastLine: .kept)
  var rows: [PairRow] = []
  while let bytes = try reader.next() {
    let place = "line \(reader.lineNumber)"
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)),
      (line.caption == nil) != (line.partner == nil), line.caption?.values.isEmpty != true
    else {
      throw DataError(
        "\(place) is not an object with `input`, and with one of `caption` and `partner`", in: path,
        hint: #"write {"input": "a.jpg", "caption": "a cat"}"#)
    }
    let sense = try line.modality.map { try listedSense($0, at: place, in: path) }
    guard rows.isEmpty || (rows[0].modality == nil) == (sense == nil) else {
      throw DataError(
        "\(place) \(sense == nil ? "has no" : "has a") `modality`, unlike those before it",
        in: path, hint: "name the modality in all lines, or in none")
    }
    for text in line.caption?.values ?? [line.partner ?? ""] {
      rows.append(
        PairRow(
          place: place, input: line.input, partner: text,
          kind: line.caption == nil ? .files : .captions, modality: sense))
    }
  }
  return rows
}

/// One text, or a list of them.
struct Texts: Decodable {
  let values: [String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    values = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
  }
}
