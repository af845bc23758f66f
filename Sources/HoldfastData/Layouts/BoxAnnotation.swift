import Foundation
import HoldfastMedia

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The boxes of one picture, in the XML of Pascal VOC.
struct BoxAnnotation {
  /// The picture's columns.
  let width: Int
  /// The rows of the picture.
  let height: Int
  private let objects: [(name: String, region: ImageRegion)]

  /// The boxes around one kind of thing, in the order of the file.
  func boxes(of name: String) -> [ImageRegion] {
    objects.filter { $0.name == name }.map(\.region)
  }

  /// Reads a file.
  ///
  /// - Throws: ``DataError`` when it is missing, is not XML, or has a box outside of its picture.
  init(at path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError(
        "is missing; it holds the boxes of the persons in a picture", in: path,
        hint: "unpack the whole data set")
    }
    // Foundation's parser traps on names that are not UTF-8.
    guard data.count < 1 << 20, String(validating: data, as: UTF8.self) != nil else {
      throw DataError("is not XML of Pascal VOC", in: path, hint: "download it again")
    }
    let reader = Reader()
    let parser = XMLParser(data: data)
    parser.delegate = reader
    guard parser.parse(), reader.isWhole else {
      throw DataError("is not XML of Pascal VOC", in: path, hint: "download it again")
    }
    guard let width = reader.values["annotation/size/width"].flatMap(Int.init),
      let height = reader.values["annotation/size/height"].flatMap(Int.init),
      (1...1 << 20).contains(width), (1...1 << 20).contains(height)
    else {
      throw DataError("does not say how large its picture is", in: path, hint: "download it again")
    }
    self.width = width
    self.height = height
    var objects: [(name: String, region: ImageRegion)] = []
    for (index, object) in reader.objects.enumerated() {
      let sides = ["xmin", "ymin", "xmax", "ymax"].map { object["bndbox/\($0)"].flatMap(Int.init) }
      // Bounds count from 1 and are part of the box; some files count from 0.
      guard let name = object["name"], case let sides = sides.compactMap(\.self), sides.count == 4,
        sides[0] >= 0, sides[1] >= 0, sides[2] <= width, sides[3] <= height,
        max(sides[0], 1) <= sides[2], max(sides[1], 1) <= sides[3]
      else {
        throw DataError(
          "has an object, number \(index + 1), without a box inside of the picture", in: path,
          hint: "download it again")
      }
      let (left, top) = (max(sides[0], 1), max(sides[1], 1))
      objects.append(
        (
          name,
          ImageRegion(
            x: left - 1, y: top - 1, width: sides[2] - left + 1, height: sides[3] - top + 1)
        ))
    }
    self.objects = objects
  }

  /// Collects the text of elements by their paths; those below an `object` belong to it.
  private final class Reader: NSObject, XMLParserDelegate {
    var values: [String: String] = [:]
    var objects: [[String: String]] = []
    private var path: [String] = []
    private var hasFailed = false
    private var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      path.append(name)
      text = ""
      if path == ["annotation", "object"] { objects.append([:]) }
      if path.count > 16 { parser.abortParsing() }
    }

    /// Whether every element was closed and nothing was wrong.
    var isWhole: Bool { path.isEmpty && !hasFailed }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) { hasFailed = true }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(
      _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) {
      let value = text.trimmingCharacters(in: .whitespacesAndNewlines)
      if path.starts(with: ["annotation", "object"]) {
        objects[objects.count - 1][path.dropFirst(2).joined(separator: "/")] = value
      } else {
        values[path.joined(separator: "/")] = value
      }
      path.removeLast()
      text = ""
    }
  }
}
