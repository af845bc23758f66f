import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

extension DataLayout {
  /// UCF-101: `UCF-101/<Class>/v_<Class>_gNN_cMM.avi`, and the lists of `ucfTrainTestlist/`.
  ///
  /// `test` and `train` stand for the first of the three lists, `test01` and `train01`. A video may
  /// be a folder of its frames, without the `.avi`. Class names are read in words: `Tai Chi`.
  ///
  /// Source: <https://www.crcv.ucf.edu/research/data-sets/ucf101/>.
  static let ucf101 = DataLayout(
    name: "ucf-101", summary: "videos of 101 actions, with three lists of each split",
    senses: [.video], files: "UCF-101/<Class>/v_*.avi, ucfTrainTestlist/*.txt",
    splits: ["test", "train"] + (1...3).flatMap { ["test0\($0)", "train0\($0)"] },
    matches: { UCF101($0) != nil }, samples: { try readUCF101($0) })

  private static func readUCF101(_ request: DataRequest) throws -> any DataSet {
    var split = try request.chosen(of: ucf101.splits)
    if split.last?.isNumber != true { split += "01" }
    guard let place = UCF101(request.path) else { throw place(request.path) }
    let classes = try place.classes()
    let places = Dictionary(classes.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
    let isTest = split.hasPrefix("test")
    let list = "\(place.lists)/\(isTest ? "testlist" : "trainlist")\(split.suffix(2)).txt"
    let items = try listLines(of: list, hint: UCF101.hint).map { line in
      // A line of a training list ends in the number of the class, from 1 on.
      let parts = line.text.split(separator: " ")
      let path = String(parts[0])
      let name = String(path.split(separator: "/")[0])
      guard let label = places[name], parts.count == 1 || Int(parts[1]) == label + 1 else {
        throw DataError(
          "line \(line.number) does not name a video of the classes of classInd.txt: \(line.text)",
          in: list,
          hint: UCF101.hint)
      }
      let file = place.video(path)
      return DataItem(id: path, label: label, file: file, content: .file(file))
    }
    guard !items.isEmpty else { throw DataError("is empty", in: list, hint: UCF101.hint) }
    try checkListed(items, by: list)
    return try ListedDataSet(
      layout: "ucf-101", path: request.path, classNames: try request.names(classes.map(spaced)),
      items: items, split: split)
  }

  private static func place(_ path: String) -> DataError {
    DataError("holds no videos of UCF-101", in: path, hint: UCF101.hint)
  }
}

/// The folders and files of UCF-101.
private struct UCF101 {
  static let hint =
    "unpack UCF101TrainTestSplits-RecognitionTask.zip beside the folder of the videos"

  let videos: String
  let lists: String

  /// The parts at a path: the folder that holds both, or that of the videos.
  init?(_ path: String) {
    let isInside = PathParts.name(of: path) == "UCF-101"
    let beside = PathParts.folder(of: path)
    let root = isInside && !beside.isEmpty ? beside : path
    lists = "\(root)/ucfTrainTestlist"
    videos = isInside ? path : firstPresent(["UCF-101", ""], in: path) ?? path
    guard isInside || isFolder(lists) || isFolder("\(path)/UCF-101") else { return nil }
  }

  /// The classes by their numbers.
  func classes() throws -> [String] {
    let file = "\(lists)/classInd.txt"
    let lines = try listLines(of: file, hint: Self.hint)
    return try lines.enumerated().map { index, line in
      let parts = line.text.split(separator: " ")
      guard parts.count == 2, Int(parts[0]) == index + 1 else {
        throw DataError(
          "line \(line.number) should be the number \(index + 1) and the name of a class", in: file,
          hint: Self.hint)
      }
      return String(parts[1])
    }
  }

  /// A video, or the folder of its frames if the video itself is not there.
  func video(_ path: String) -> String {
    let file = "\(videos)/\(path)"
    let frames = file.hasSuffix(".avi") ? String(file.dropLast(4)) : file
    return !FileManager.default.fileExists(atPath: file) && isFolder(frames) ? frames : file
  }
}
