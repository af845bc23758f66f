import Foundation
import HoldfastCore
import HoldfastMedia

extension DataLayout {
  /// ESC-50: `audio/<fold>-<clip>-<take>-<target>.wav` and `meta/esc50.csv`.
  ///
  /// Its folds are splits: `fold1` to `fold5`, and `without-fold1` and so on for the other four.
  /// By default all 2,000 clips are read, as nothing has learnt from them.
  ///
  /// Source: <https://github.com/karolpiczak/ESC-50>.
  static let esc50 = DataLayout(
    name: "esc-50", summary: "environmental sounds of 50 kinds, with folds as splits",
    senses: [.audio], files: "meta/esc50.csv, audio/*.wav",
    splits: ["all"] + (1...5).map { "fold\($0)" } + (1...5).map { "without-fold\($0)" },
    matches: { firstPresent(["meta/esc50.csv"], in: $0) != nil || holdsClips("\($0)/audio") },
    samples: { try readESC50($0) })

  /// Whether a folder's files are called as those of the set.
  private static func holdsClips(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { name in
      let parts = name.split(separator: "-")
      return parts.count == 4 && parts[3].hasSuffix(".wav")
        && [parts[0], parts[1], parts[3].dropLast(4)].allSatisfy { Int($0) != nil }
    }
  }

  private static func readESC50(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: esc50.splits)
    let list = "\(request.path)/meta/esc50.csv"
    let clips = try clips(in: list)
    var names: [Int: String] = [:]
    for clip in clips {
      guard names[clip.target] ?? clip.category == clip.category else {
        throw DataError(
          "row \(clip.row) calls class \(clip.target) `\(clip.category)`, and another row "
            + "`\(names[clip.target] ?? "")`", in: list, hint: "download it again")
      }
      names[clip.target] = clip.category
    }
    let targets = names.keys.sorted()
    guard targets == Array(0..<targets.count) else {
      throw DataError(
        "numbers its classes \(targets), not from 0 on", in: list, hint: "download it again")
    }
    let fold = split.last.flatMap { Int(String($0)) }
    let chosen = clips.filter { clip in
      guard let fold else { return true }
      return (clip.fold == fold) == split.hasPrefix("fold")
    }
    guard !chosen.isEmpty else {
      throw DataError(
        "lists no clips in \(split)", in: list, hint: "download the whole data set")
    }
    let items = chosen.map { clip in
      let file = "\(request.path)/audio/\(clip.file)"
      return DataItem(id: clip.file, label: clip.target, file: file, content: .file(file))
    }
    try checkListed(items, by: list)
    let own = targets.map { (names[$0] ?? "").replacingOccurrences(of: "_", with: " ") }
    return try ListedDataSet(
      layout: "esc-50", path: request.path, classNames: try request.names(own), items: items,
      split: split)
  }

  private struct Clip {
    let row: Int
    let file: String
    let fold: Int
    let target: Int
    let category: String
  }

  private static func clips(in list: String) throws -> [Clip] {
    _ = try listLines(of: list)
    let table = try CSVTable(at: list)
    for column in ["filename", "fold", "target", "category"] where !table.has(column) {
      throw DataError("has no column `\(column)`", in: list, hint: "download it again")
    }
    return try table.rows.map { row in
      guard let fold = Int(row["fold"]), let target = Int(row["target"]), target >= 0,
        !row["filename"].isEmpty, !row["category"].isEmpty
      else {
        throw DataError(
          "row \(row.number) does not name a file, a fold, a target and a category", in: list,
          hint: "download it again")
      }
      return Clip(
        row: row.number, file: row["filename"], fold: fold, target: target,
        category: row["category"])
    }
  }
}
