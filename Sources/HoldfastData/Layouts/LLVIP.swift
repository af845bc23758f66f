import Foundation
import HoldfastCore
import HoldfastMedia

extension DataLayout {
  /// LLVIP: `{visible,infrared}/{train,test}/NNNNNN.jpg` and `Annotations/NNNNNN.xml`.
  ///
  /// A sample is a part of a picture: each person's box, and for each of them a box of the same
  /// size that no person's box touches, at a place that its name alone decides; a box is left out
  /// after fifty tries. Pictures are visible ones for the modality image, and infrared ones for the
  /// modality thermal. This is ImageBind's reading of the set; LanguageBind's copy of it is a
  /// folder of class folders.
  ///
  /// Source: <https://github.com/bupt-ai-cz/LLVIP>; Girdhar et al. 2023, appendix A.
  static let llvip = DataLayout(
    name: "llvip", summary: "persons and background, cut out of visible or infrared pictures",
    senses: [.thermal, .image],
    files: "Annotations/*.xml, {visible,infrared}/{train,test}/*.jpg", splits: ["test", "train"],
    matches: { root(of: $0) != nil }, samples: { try readLLVIP($0) })

  private static func root(of path: String) -> String? {
    [path, "\(path)/LLVIP"].first { root in
      isFolder("\(root)/Annotations")
        && (isFolder("\(root)/infrared") || isFolder("\(root)/visible"))
    }
  }

  private static func readLLVIP(_ request: DataRequest) throws -> any DataSet {
    let split = try request.chosen(of: llvip.splits)
    let root = root(of: request.path) ?? request.path
    let folder = "\(root)/\(request.modality == .thermal ? "infrared" : "visible")/\(split)"
    guard isFolder(folder) else {
      throw DataError("is missing", in: folder, hint: "unpack the whole data set")
    }
    var items: [DataItem] = []
    for name in try contents(of: folder) where name.hasSuffix(".jpg") {
      let (stem, file) = (String(name.dropLast(4)), "\(folder)/\(name)")
      let notes = try BoxAnnotation(at: "\(root)/Annotations/\(stem).xml")
      let people = notes.boxes(of: "person")
      var random = SplitMix64(
        seed: stem.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 })
      for (index, box) in people.enumerated() {
        items.append(
          DataItem(
            id: "\(stem)/person-\(index)", label: 1, file: file, content: .file(file), region: box))
        let free = (0..<50).lazy.map { _ in
          ImageRegion(
            x: random.integer(in: 0...notes.width - box.width),
            y: random.integer(in: 0...notes.height - box.height), width: box.width,
            height: box.height)
        }.first { place in !people.contains { $0.overlaps(place) } }
        guard let free else { continue }
        items.append(
          DataItem(
            id: "\(stem)/background-\(index)", label: 0, file: file, content: .file(file),
            region: free))
      }
    }
    guard !items.isEmpty else {
      throw DataError(
        "holds no pictures with persons", in: folder, hint: "unpack the whole data set")
    }
    return try ListedDataSet(
      layout: "llvip", path: request.path,
      classNames: try request.names(["background", "person"]), items: items, split: split)
  }
}
