import Foundation
import HoldfastFormats

/// Reads a pair manifest: a `.csv` file with the columns `input,caption` or `input,partner`, or a
/// `.jsonl` file of objects with these keys.
///
/// Each row is one pair: an input with several captions is written several times. Paths are
/// relative to the file. In JSON lines `caption` may be a list.
///
/// - Throws: ``DataError`` with the row or line of whatever is wrong.
public func openPairManifest(at path: String) throws -> PairManifest {
  guard FileManager.default.fileExists(atPath: path), !isFolder(path) else {
    throw DataError(
      "is no file", in: path, hint: "give a .csv (input,caption or input,partner) or a .jsonl")
  }
  var pairs = PairCollector(path: path)
  switch PathParts.ending(of: path) {
  case "csv": try read(csv: path, into: &pairs)
  case "jsonl": try read(lines: path, into: &pairs)
  default:
    throw DataError(
      "is not a pair manifest", in: path,
      hint: "a .csv (input,caption or input,partner) and a .jsonl are read")
  }
  return try pairs.manifest()
}

private func read(csv path: String, into pairs: inout PairCollector) throws {
  let table = try CSVTable(at: path)
  let isCaption = table.has("caption")
  guard table.has("input"), isCaption != table.has("partner") else {
    throw DataError(
      "needs the column `input`, and one of `caption` and `partner`", in: path,
      hint: "the first line must name them: input,caption")
  }
  for row in table.rows {
    try pairs.add(
      row["input"], row[isCaption ? "caption" : "partner"],
      isCaption ? .captions : .pictures, at: "row \(row.number)")
  }
}

private func read(lines path: String, into pairs: inout PairCollector) throws {
  struct Line: Decodable {
    let input: String
    let caption: Texts?
    let partner: String?
  }
  let reader = try JSONLinesReader(path, lastLine: .kept)
  while let bytes = try reader.next() {
    let place = "line \(reader.lineNumber)"
    guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)),
      (line.caption == nil) != (line.partner == nil), line.caption?.values.isEmpty != true
    else {
      throw DataError(
        "\(place) is not an object with `input`, and with one of `caption` and `partner`", in: path,
        hint: #"write {"input": "a.jpg", "caption": "a cat"}"#)
    }
    for text in line.caption?.values ?? [line.partner ?? ""] {
      try pairs.add(
        line.input, text, line.caption == nil ? .pictures : .captions, at: place)
    }
  }
}

/// One text, or a list of them.
private struct Texts: Decodable {
  let values: [String]

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    values = try (try? [container.decode(String.self)]) ?? container.decode([String].self)
  }
}

/// Pairs as they are read.
private struct PairCollector {
  let path: String
  private var kind: PairManifest.Kind?
  private var inputs = Names()
  private var partners = Names()
  private var links: [[Int]] = []

  init(path: String) { self.path = path }

  /// Names by their place, in order of appearance.
  private struct Names {
    var list: [String] = []
    var places: [String: Int] = [:]

    mutating func place(of name: String) -> Int {
      if let place = places[name] { return place }
      places[name] = list.count
      list.append(name)
      return list.count - 1
    }
  }

  mutating func add(
    _ input: String, _ partner: String, _ kind: PairManifest.Kind, at place: String
  ) throws(DataError) {
    let what = kind == .captions ? "caption" : "partner"
    let partner = partner.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !input.isEmpty, !partner.isEmpty else {
      throw DataError(
        "\(place) has no input or no \(what)", in: path, hint: "fill it in, or take it out")
    }
    guard self.kind ?? kind == kind else {
      throw DataError(
        "\(place) has a \(what), unlike those before it", in: path,
        hint: "pair all inputs with captions, or all with pictures")
    }
    self.kind = kind
    let (row, column) = (inputs.place(of: input), partners.place(of: partner))
    if row == links.count { links.append([]) }
    guard !links[row].contains(column) else {
      throw DataError(
        "\(place) pairs `\(input)` with `\(partner)` again", in: path, hint: "keep one of the two")
    }
    links[row].append(column)
  }

  func manifest() throws(DataError) -> PairManifest {
    guard let kind else {
      throw DataError("lists no pairs", in: path, hint: "add lines of the form input,caption")
    }
    guard partners.list.count > 1 else {
      throw DataError(
        "pairs everything with `\(partners.list[0])`, so there is nothing to confuse it with",
        in: path, hint: "add pairs with other partners")
    }
    let folder = PathParts.folder(of: path)
    func side(_ names: Names, _ kind: PairManifest.Kind) -> PairManifest.Side {
      PairManifest.Side(
        kind: kind,
        entries: names.list.map { name in
          PairManifest.Entry(
            name: name, file: kind == .captions ? name : located(name, in: folder))
        })
    }
    return PairManifest(
      path: path, inputs: side(inputs, .pictures), partners: side(partners, kind), links: links)
  }
}
