import Foundation

extension CaptionList {
  /// Flickr's form: `name.jpg#k<TAB>caption`, the lines of a picture one after the other.
  ///
  /// - Parameter splits: the split of each picture; if given, pictures without a split are left
  ///   out.
  static func tokens(
    _ path: String, splits: [String: String]? = nil
  ) throws(DataError) -> CaptionList {
    try grouped(path, skippingFirst: false, splits: splits) { line in
      let sides = line.split(separator: "\t", maxSplits: 1)
      guard sides.count == 2, let mark = sides[0].lastIndex(of: "#") else { return nil }
      return (String(sides[0][..<mark]), String(sides[1]))
    }
  }

  /// The form of `flickr30k_test_karpathy.txt`: a header, then `name.jpg,caption` without quotes.
  static func commas(_ path: String) throws(DataError) -> CaptionList {
    try grouped(path, skippingFirst: true) { line in
      guard let mark = line.range(of: ".jpg,") else { return nil }
      return ("\(line[..<mark.lowerBound]).jpg", String(line[mark.upperBound...]))
    }
  }

  private static func grouped(
    _ path: String, skippingFirst: Bool, splits: [String: String]? = nil,
    _ parts: (String) -> (file: String, caption: String)?
  ) throws(DataError) -> CaptionList {
    var order: [String] = []
    var captions: [String: [String]] = [:]
    for line in try listLines(of: path).dropFirst(skippingFirst ? 1 : 0) {
      guard let (file, caption) = parts(line.text) else {
        throw DataError(
          "line \(line.number) is not a picture and its caption: \(line.text)", in: path,
          hint: "download it again")
      }
      if captions[file] == nil { order.append(file) }
      captions[file, default: []].append(caption)
    }
    if let splits, let absent = splits.keys.sorted().first(where: { captions[$0] == nil }) {
      throw DataError(
        "has no captions of `\(absent)`, which a list of a split names", in: path,
        hint: "download both again")
    }
    return try CaptionList(
      order.filter { splits == nil || splits?[$0] != nil }.map {
        Picture(file: $0, captions: captions[$0] ?? [], split: splits?[$0])
      }, path: path)
  }
}
