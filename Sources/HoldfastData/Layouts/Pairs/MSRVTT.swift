import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastMedia

extension DataLayout {
  /// MSR-VTT: `video<n>.mp4`, `train_val_videodatainfo.json` and `test_videodatainfo.json` (or
  /// `MSRVTT_data.json` with all), `category.txt`, and `MSRVTT_JSFUSION_test.csv` for 1k-A.
  ///
  /// Its 20 categories are classes, in the official splits. As pairs it has these splits with all
  /// captions, and `1k-a` with one caption each, the default for retrieval if its list is there.
  ///
  /// Source: Xu, Mei, Yao and Rui, CVPR 2016; Yu, Kim and Kim, ECCV 2018 (1k-A).
  static let msrvtt = DataLayout(
    name: "msr-vtt", summary: "videos of 20 categories with 20 captions each", senses: [.video],
    files: "*videodatainfo.json or MSRVTT_data.json or MSRVTT_JSFUSION_test.csv, video<n>.mp4",
    splits: ["test", "validate", "train", "1k-a"],
    matches: { path in
      !MSRVTT.lists(in: path).isEmpty || firstPresent([MSRVTT.thousand], in: path) != nil
    }, samples: { try MSRVTT($0).samples($0) }, pairs: { try MSRVTT($0).pairs($0) })
}

/// What the lists of MSR-VTT say.
private struct MSRVTT {
  static let thousand = "MSRVTT_JSFUSION_test.csv"
  private static let categories = [
    "music", "people", "gaming", "sports/actions", "news/events/politics", "education", "tv shows",
    "movie/comedy", "animation", "vehicles/autos", "howto", "travel", "science/technology",
    "animals/pets", "kids/family", "documentary", "food/drink", "cooking", "beauty/fashion",
    "advertisement",
  ]

  private struct Info: Decodable {
    let videos: [Video]
    let sentences: [Sentence]
  }

  private struct Video: Decodable {
    let id: String
    let category: Int
    let split: String

    enum CodingKeys: String, CodingKey {
      case id = "video_id"
      case category, split
    }
  }

  private struct Sentence: Decodable {
    let id: String
    let caption: String

    enum CodingKeys: String, CodingKey {
      case id = "video_id"
      case caption
    }
  }

  private let path: String
  private var videos: [Video] = []
  private var captions: [String: [String]] = [:]
  private let finder: FileFinder

  /// The lists that lie in a folder, or in its `annotation`.
  static func lists(in path: String) -> [String] {
    ["train_val_videodatainfo.json", "test_videodatainfo.json", "MSRVTT_data.json", "MSR_VTT.json"]
      .compactMap { firstPresent([$0, "annotation/\($0)"], in: path) }
  }

  init(_ request: DataRequest) throws {
    path = request.path
    var seen: Set<String> = []
    for list in Self.lists(in: path) {
      guard let data = FileManager.default.contents(atPath: list),
        let info = try? JSONDecoder().decode(Info.self, from: data)
      else {
        throw DataError(
          "is not a list of videos and sentences", in: list, hint: "download it again")
      }
      for video in info.videos {
        guard seen.insert(video.id).inserted else {
          throw DataError(
            "lists `\(video.id)` again", in: list,
            hint: "keep MSRVTT_data.json, or the other lists, but not both")
        }
        videos.append(video)
      }
      for sentence in info.sentences {
        captions[sentence.id, default: []].append(sentence.caption)
      }
    }
    let places = ["", "videos", "videos/all", "TestVideo", "TrainValVideo", "MSRVTT_Videos"]
    let folders = places.map { $0.isEmpty ? request.path : "\(request.path)/\($0)" }
    finder = try FileFinder(folders, endings: ["mp4", "avi", "mkv", "webm"])
  }

  func samples(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: ["test", "validate", "train"])
    let chosen = videos.filter { $0.split == split }
    guard !chosen.isEmpty else { throw absent(split) }
    let names = try names()
    let items = try chosen.map { video in
      guard names.indices.contains(video.category) else {
        throw DataError(
          "has `\(video.id)` in category \(video.category), and there are \(names.count)",
          in: path, hint: "download the lists again")
      }
      guard let file = finder.file(called: [video.id]) else {
        throw DataError(
          "holds no file of `\(video.id)`, which its lists name", in: path,
          hint: "put the videos into the folder, or into videos/")
      }
      return DataItem(id: video.id, label: video.category, file: file, content: .file(file))
    }
    return try ListedDataSet(
      layout: "msr-vtt", path: path, classNames: try request.names(names), items: items,
      split: split)
  }

  func pairs(_ request: DataRequest) throws -> PairManifest {
    let list = "\(path)/\(Self.thousand)"
    let hasThousand = FileManager.default.fileExists(atPath: list)
    let official = ["test", "validate", "train"].filter { split in
      videos.contains { $0.split == split }
    }
    let split = try request.chosen(of: (hasThousand ? ["1k-a"] : []) + official)
    var pairs = PairCollector(path: split == "1k-a" ? list : path)
    if split == "1k-a" {
      let table = try CSVTable(at: list)
      guard table.has("video_id"), table.has("sentence") else {
        throw DataError(
          "has no columns `video_id` and `sentence`", in: list, hint: "download it again")
      }
      for row in table.rows {
        try pairs.add(
          row["video_id"], row["sentence"], .captions, at: "row \(row.number)",
          toleratesAgain: true)
      }
    } else {
      for video in videos where video.split == split {
        guard let captions = captions[video.id] else {
          throw DataError(
            "has no sentences of `\(video.id)`", in: path, hint: "download the lists again")
        }
        for caption in captions {
          try pairs.add(video.id, caption, .captions, at: video.id, toleratesAgain: true)
        }
      }
    }
    return try pairs.manifest(layout: "msr-vtt", split: split, of: .video) {
      finder.file(called: [$0])
    }
  }

  private func absent(_ split: String) -> DataError {
    DataError(
      "has no list of the split \(split)", in: path,
      hint: split == "test"
        ? "fetch test_videodatainfo.json, or MSRVTT_data.json"
        : "fetch train_val_videodatainfo.json, or MSRVTT_data.json")
  }

  /// The categories by their numbers: those of `category.txt` (`music 0`), or the official ones.
  private func names() throws -> [String] {
    guard let file = firstPresent(["category.txt", "annotation/category.txt"], in: path) else {
      return Self.categories
    }
    return try listLines(of: file).enumerated().map { index, line in
      let parts = line.text.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard let last = parts.last, Int(last) == index, parts.count > 1 else {
        throw DataError(
          "line \(line.number) should be a category and the number \(index)", in: file,
          hint: "download it again")
      }
      return parts.dropLast().joined(separator: " ")
    }
  }
}
