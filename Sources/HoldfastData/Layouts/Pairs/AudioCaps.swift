import Foundation
import HoldfastCore

extension DataLayout {
  /// AudioCaps: `test.csv`, `val.csv`, `train.csv` with `audiocap_id,youtube_id,start_time,caption`.
  ///
  /// The sounds are not shipped, and fewer can be fetched every year. They are looked for in the
  /// folder, in `audio/` and in those of the split, as `<youtube_id>.wav` with or without a leading
  /// `Y`, with `_<start_time>`, or as `<audiocap_id>.wav`; those that are not there are counted.
  ///
  /// Source: <https://github.com/cdjkim/audiocaps>.
  static let audioCaps = DataLayout(
    name: "audiocaps", summary: "sounds of YouTube, up to five captions each", senses: [.audio],
    files: "{test,val,train}.csv with youtube_id, start_time, caption",
    splits: ["test", "val", "train"],
    matches: { !lists(in: $0).isEmpty }, pairs: { try readAudioCaps($0) })

  /// The lists that lie in a folder, by their splits.
  private static func lists(in path: String) -> [String: String] {
    var lists: [String: String] = [:]
    for split in ["test", "val", "train"] {
      for file in ["\(path)/\(split).csv", "\(path)/dataset/\(split).csv"] {
        guard let data = FileHandle(forReadingAtPath: file)?.readData(ofLength: 200),
          String(decoding: data, as: UTF8.self).lowercased().contains("youtube_id,")
        else { continue }
        lists[split] = lists[split] ?? file
      }
    }
    return lists
  }

  private static func readAudioCaps(_ request: DataRequest) throws -> PairManifest {
    let split = try request.chosen(of: audioCaps.splits)
    let path = request.path
    guard let list = lists(in: path)[split] else {
      throw DataError(
        "is missing, and says what the data set holds", in: "\(path)/\(split).csv",
        hint: "fetch it from the repository of AudioCaps")
    }
    let table = try CSVTable(at: list)
    for column in ["audiocap_id", "youtube_id", "start_time", "caption"] where !table.has(column) {
      throw DataError("has no column `\(column)`", in: list, hint: "download it again")
    }
    var names: [String: [String]] = [:]
    var pairs = PairCollector(path: list)
    for row in table.rows {
      let (id, start) = (row["youtube_id"], row["start_time"])
      try pairs.add(
        id, row["caption"], .captions, at: "row \(row.number)", toleratesAgain: true)
      names[id, default: [id, "Y\(id)", "\(id)_\(start)", "Y\(id)_\(start)"]]
        .append(row["audiocap_id"])
    }
    let folders = ["\(path)/\(split)", "\(path)/audio/\(split)", "\(path)/audio", path]
    let finder = try FileFinder(folders, endings: ["wav", "flac", "ogg", "opus"])
    return try pairs.manifest(layout: "audiocaps", split: split, of: .audio) {
      finder.file(called: names[$0] ?? [])
    }
  }
}
