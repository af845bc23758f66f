import Foundation
import HoldfastCore

extension DataLayout {
  /// Clotho: `clotho_captions_<split>.csv` with `file_name,caption_1,…,caption_5`, and the sounds in
  /// `<split>/`, `clotho_audio_<split>/` or `audio/<split>/`.
  ///
  /// Source: <https://zenodo.org/records/4783391>.
  static let clotho = DataLayout(
    name: "clotho", summary: "sounds of Freesound, five captions each", senses: [.audio],
    files: "clotho_captions_{evaluation,validation,development}.csv, {evaluation,…}/*.wav",
    splits: ["evaluation", "validation", "development"],
    matches: { path in
      let names = try? FileManager.default.contentsOfDirectory(atPath: path)
      return names?.contains { $0.hasPrefix("clotho_captions_") || $0.hasPrefix("clotho_audio_") }
        == true
    }, pairs: { try readClotho($0) })

  private static func readClotho(_ request: DataRequest) throws -> PairManifest {
    let split = try request.chosen(of: clotho.splits)
    let path = request.path
    let list = "\(path)/clotho_captions_\(split).csv"
    _ = try listLines(of: list, hint: "fetch it from the record of Clotho at Zenodo")
    let table = try CSVTable(at: list)
    let columns = (1...5).map { "caption_\($0)" }
    for column in ["file_name"] + columns where !table.has(column) {
      throw DataError("has no column `\(column)`", in: list, hint: "download it again")
    }
    var seen: Set<String> = []
    var pairs = PairCollector(path: list)
    for row in table.rows {
      guard seen.insert(row["file_name"]).inserted else {
        throw DataError(
          "lists `\(row["file_name"])` twice (row \(row.number))", in: list,
          hint: "keep one of the rows")
      }
      for column in columns {
        try pairs.add(
          row["file_name"], row[column], .captions, at: "row \(row.number)", toleratesAgain: true)
      }
    }
    let folders = [
      split, "clotho_audio_\(split)/\(split)", "clotho_audio_\(split)", "audio/\(split)", "audio",
    ]
    let finder = try FileFinder(folders.map { "\(path)/\($0)" }, endings: ["wav"])
    return try pairs.manifest(layout: "clotho", split: split, of: .audio) { name in
      try finder.file(named: name)
    }
  }
}
