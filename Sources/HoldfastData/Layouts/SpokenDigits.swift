import Foundation
import HoldfastCore
import HoldfastMedia

extension DataLayout {
  /// The Free Spoken Digit Dataset: `recordings/<digit>_<speaker>_<n>.wav`.
  ///
  /// Its split is by speaker, so that nobody is heard in both parts: of the speakers in order of
  /// their names the last two fifths, rounded down but at least one, are the test split. The
  /// upstream split by `<n>` shares all speakers.
  ///
  /// Source: <https://github.com/Jakobovski/free-spoken-digit-dataset>.
  static let spokenDigits = DataLayout(
    name: "fsdd", summary: "Free Spoken Digit Dataset, split by speaker", senses: [.audio],
    files: "recordings/<digit>_<speaker>_<n>.wav", splits: ["test", "train", "all"],
    matches: { SpokenDigit.folder(in: $0) != nil },
    samples: { try readSpokenDigits($0) })

  private static func readSpokenDigits(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: spokenDigits.splits)
    let folder = SpokenDigit.folder(in: request.path) ?? request.path
    let recordings = try contents(of: folder).compactMap(SpokenDigit.init)
    let speakers = Set(recordings.map(\.speaker)).sorted(by: precedes)
    guard split == "all" || speakers.count > 1 else {
      throw DataError(
        "has one speaker, `\(speakers.first ?? "")`, so no split keeps speakers apart", in: folder,
        hint: "take all of it with --split all")
    }
    let tested = Set(speakers.suffix(max(1, speakers.count * 2 / 5)))
    let chosen = recordings.filter {
      split == "all" || tested.contains($0.speaker) == (split == "test")
    }
    let items = chosen.map { recording in
      let file = "\(folder)/\(recording.name)"
      return DataItem(
        id: recording.name, label: recording.digit, file: file, content: .file(file))
    }
    return try ListedDataSet(
      layout: "fsdd", path: request.path, classNames: try request.names(SpokenDigit.names),
      items: items, split: split)
  }
}

/// A recording by its file's name.
private struct SpokenDigit {
  /// The digits in words.
  static let names = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
  ]

  let name: String
  let digit: Int
  let speaker: String

  /// Reads `<digit>_<speaker>_<n>.wav`; nil for other names.
  init?(_ name: String) {
    guard name.hasSuffix(".wav") else { return nil }
    let parts = name.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].utf8.count == 1, let digit = Int(parts[0]), digit >= 0,
      !parts[1].isEmpty, UInt(parts[2]) != nil
    else { return nil }
    self.name = name
    self.digit = digit
    speaker = String(parts[1])
  }

  /// The folder of the recordings at a path: itself, or what is called `recordings` in it.
  static func folder(in path: String) -> String? {
    ["\(path)/recordings", path].first { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      return names.contains { SpokenDigit($0) != nil }
    }
  }
}
