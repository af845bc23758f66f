import Foundation
import HoldfastFormats
import HoldfastMedia

/// A paired set: inputs, and what belongs to each of them.
///
/// A caption or a picture that belongs to several inputs is one entry with several partners.
public struct PairManifest: Sendable {
  /// What stands on one side of the pairs.
  public enum Kind: String, Sendable, Hashable {
    /// Files with pictures.
    case pictures
    /// Texts.
    case captions
  }

  /// One thing on one side.
  public struct Entry: Sendable, Hashable {
    /// The caption, or the path as it was written, which is the id.
    public let name: String
    /// Where the picture is; the caption itself where it is one.
    public let file: String
  }

  /// One side: entries without repetition, in order of appearance.
  public struct Side: Sendable {
    /// What they are.
    public let kind: Kind
    /// The entries.
    public let entries: [Entry]
  }

  /// The file.
  public let path: String
  /// The inputs, or after ``swapped`` what belongs to them.
  public let inputs: Side
  /// The other side.
  public let partners: Side
  /// For each input the places of its partners, in order of appearance; none is empty.
  public let links: [[Int]]

  /// The pairs with both sides in each other's place.
  public var swapped: PairManifest {
    var back = [[Int]](repeating: [], count: partners.entries.count)
    for (input, places) in links.enumerated() {
      for place in places { back[place].append(input) }
    }
    return PairManifest(path: path, inputs: partners, partners: inputs, links: back)
  }

  /// The inputs as a set of samples; the label is the place of the first partner.
  ///
  /// - Throws: ``DataError`` where the inputs are captions, and for files that are not there.
  public func set() throws -> any DataSet {
    guard inputs.kind == .pictures else {
      throw DataError("pairs captions with pictures, and captions are no samples", in: path)
    }
    let items = zip(inputs.entries, links).map { entry, places in
      DataItem(
        id: entry.name, label: places.first ?? 0, file: entry.file, content: .file(entry.file))
    }
    return try ListedDataSet(layout: "pairs", path: path, classNames: nil, items: items)
  }

  /// SHA-256 over all pairs, and the sizes of all files.
  ///
  /// - Throws: ``DataError`` for files that are not there.
  public func listing() throws -> String {
    func lines(_ side: Side) throws -> [String] {
      try side.entries.map {
        "\($0.name)\t\(side.kind == .pictures ? try fileSize($0.file) : 0)\n"
      }
    }
    let pairs = links.enumerated().flatMap { input, places in places.map { "\(input)\t\($0)\n" } }
    let text = try (lines(inputs) + lines(partners) + pairs).joined()
    return Checksum.sha256(of: Array(text.utf8))
  }
}
