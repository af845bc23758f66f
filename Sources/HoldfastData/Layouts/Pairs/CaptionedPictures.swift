import Foundation
import HoldfastCore
import HoldfastFormats

extension DataLayout {
  /// MSCOCO: Karpathy's `dataset_coco.json`, or `coco_<split>_karpathy.json`, or ALBEF's and BLIP's
  /// `coco_<split>.json`, or `annotations/captions_<split>.json`, beside `val2014/` and the like.
  ///
  /// Some pictures have more than five captions; the first five count.
  ///
  /// Source: <https://cocodataset.org>; Karpathy and Fei-Fei, 2015.
  static let coco = captioned(
    "mscoco", "pictures with five captions each",
    [
      "dataset_coco.json", "coco_*_karpathy.json", "coco_*.json", "annotations/captions_*.json",
    ], pictures: ["", "images", "val2014", "train2014", "val2017", "train2017"])

  /// Flickr30k: Karpathy's `dataset_flickr30k.json`, or ALBEF's and BLIP's `flickr30k_<split>.json`,
  /// or `flickr30k_<split>_karpathy.txt`, or all of `results_20130124.token`, beside
  /// `flickr30k-images/`.
  ///
  /// Source: <https://shannon.cs.illinois.edu/DenotationGraph/>.
  static let flickr30k = captioned(
    "flickr30k", "pictures of Flickr with five captions each",
    [
      "dataset_flickr30k.json", "flickr30k_*_karpathy.txt", "flickr30k_*.json",
      "results_20130124.token",
    ], pictures: ["", "flickr30k-images", "flickr30k_images", "images", "Images"])

  /// Flickr8k: Karpathy's `dataset_flickr8k.json`, or `Flickr8k.token.txt` with
  /// `Flickr_8k.{test,dev,train}Images.txt`, beside `Flicker8k_Dataset/`.
  ///
  /// Source: Hodosh, Young and Hockenmaier, 2013.
  static let flickr8k = captioned(
    "flickr8k", "pictures of Flickr with five captions each",
    ["dataset_flickr8k.json", "Flickr8k.token.txt"],
    pictures: ["Flicker8k_Dataset", "Flickr8k_Dataset", "images", "Images", ""])

  /// Any of the three forms of captions in JSON, given as a file.
  static let captionFile = DataLayout(
    name: "captions", summary: "a file of captions in COCO's, Karpathy's or ALBEF's JSON",
    senses: [.image], files: "<name>.json", splits: [],
    matches: { PathParts.ending(of: $0) == "json" && !isFolder($0) },
    pairs: { request in
      let list = try CaptionList.json(request.path)
      let folder = PathParts.folder(of: request.path)
      return try pairs(
        request, list, layout: "captions", splits: list.splits,
        in: [folder.isEmpty ? "." : folder])
    })

  private static func captioned(
    _ name: String, _ summary: String, _ lists: [String], pictures folders: [String]
  ) -> DataLayout {
    DataLayout(
      name: name, summary: summary, senses: [.image],
      files: lists.map { $0.replacingOccurrences(of: "*", with: "<split>") }
        .joined(separator: " or "), splits: ["test", "val", "train"],
      matches: { path in
        lists.contains { !found($0, in: path).isEmpty }
          || name == "flickr8k" && isFolder("\(path)/Flicker8k_Dataset")
      },
      pairs: { request in
        let path = request.path
        let folders = folders.map { $0.isEmpty ? path : "\(path)/\($0)" }
        // The first form that is there counts.
        let files = lists.lazy.map { found($0, in: path) }.first { !$0.isEmpty } ?? [:]
        if let file = files[""] {
          let list = try read(file, in: path)
          return try pairs(request, list, layout: name, splits: list.splits, in: folders)
        }
        guard !files.isEmpty else {
          throw DataError(
            "has none of the lists \(lists.joined(separator: ", "))", in: path,
            hint: "fetch the captions of the data set")
        }
        let split = try request.chosen(of: inOrder(Array(files.keys)))
        var list = try read(files[split] ?? "", in: path)
        list = try CaptionList(
          list.pictures.map { .init(file: $0.file, captions: $0.captions, split: split) },
          path: list.path)
        return try pairs(
          request, list, layout: name, splits: inOrder(Array(files.keys)), in: folders)
      })
  }

  /// The files of a pattern by what its star stands for; by the empty text if it has no star.
  private static func found(_ pattern: String, in path: String) -> [String: String] {
    let sides = pattern.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2 else {
      let file = "\(path)/\(pattern)"
      return FileManager.default.fileExists(atPath: file) ? ["": file] : [:]
    }
    let folder =
      PathParts.folder(of: pattern).isEmpty ? path : "\(path)/\(PathParts.folder(of: pattern))"
    let (head, tail) = (PathParts.name(of: sides[0]), sides[1])
    var files: [String: String] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard name.hasPrefix(head), name.hasSuffix(tail), name.count > head.count + tail.count
      else { continue }
      files[String(name.dropFirst(head.count).dropLast(tail.count))] = "\(folder)/\(name)"
    }
    return files
  }

  private static func read(_ file: String, in path: String) throws -> CaptionList {
    switch PathParts.ending(of: file) {
    case "json": return try .json(file)
    case "token": return try .tokens(file)
    case "txt" where file.hasSuffix("_karpathy.txt"): return try .commas(file)
    default: return try .tokens(file, splits: flickr8kSplits(in: path))
    }
  }

  /// The split of each picture that the lists of Flickr8k name.
  private static func flickr8kSplits(in path: String) throws -> [String: String] {
    var splits: [String: String] = [:]
    for split in ["test", "dev", "train"] {
      let file = "\(path)/Flickr_8k.\(split)Images.txt"
      for line in try listLines(of: file, hint: "unpack Flickr8k_text.zip into the folder") {
        guard splits[line.text] == nil else {
          throw DataError(
            "lists `\(line.text)` again (line \(line.number))", in: file,
            hint: "each picture belongs to one split; download the lists again")
        }
        splits[line.text] = split
      }
    }
    return splits
  }

  private static func pairs(
    _ request: DataRequest, _ list: CaptionList, layout: String, splits: [String],
    in folders: [String]
  ) throws -> PairManifest {
    if splits.isEmpty { try request.checkHasNoSplit("captions without splits") }
    let split = splits.isEmpty ? nil : try request.chosen(of: splits)
    let finder = try FileFinder(folders, endings: [])
    return try list.pairs(of: split).manifest(layout: layout, split: split, of: .image) { name in
      try finder.file(named: name)
    }
  }
}
