import Foundation
public import HoldfastCore
import HoldfastFormats
import HoldfastMedia

/// A paired set: inputs, and what belongs to each of them.
///
/// A caption or a file that belongs to several inputs is one entry with several partners.
public struct PairManifest: Sendable {
  /// What stands on one side of the pairs.
  public enum Kind: String, Sendable, Hashable {
    /// The entries are files.
    case files
    /// The entries are captions.
    case captions
  }

  /// One thing on one side.
  public struct Entry: Sendable, Hashable {
    /// The caption, or the path as it was written, which is the id.
    public let name: String
    /// The path of the file, or the caption itself.
    public let file: String
  }

  /// One side: entries without repetition, in order of appearance.
  public struct Side: Sendable {
    /// Whether they are files or captions.
    public let kind: Kind
    /// The entries.
    public let entries: [Entry]
  }

  /// The file or folder.
  public let path: String
  /// The layout's name: `pairs` for a manifest.
  public let layout: String
  /// The split that was read; nil if the set has none.
  public let split: String?
  /// The modality of the files; nil if the pairs do not say it.
  public let modality: Modality?
  /// The inputs, or after ``swapped`` what belongs to them.
  public let inputs: Side
  /// The side that the inputs look for.
  public let partners: Side
  /// For each input the places of its partners, in order of appearance; none is empty.
  public let links: [[Int]]
  /// Inputs that the lists of the set name, and whose files are not there; they are in no pair.
  public let missing: [String]
  /// Which inputs were taken; nil if all were.
  public private(set) var subsample: Subsample?

  init(
    path: String, layout: String, split: String?, modality: Modality?, inputs: Side,
    partners: Side, links: [[Int]], missing: [String] = [], subsample: Subsample? = nil
  ) {
    self.path = path
    self.layout = layout
    self.split = split
    self.modality = modality
    self.inputs = inputs
    self.partners = partners
    self.links = links
    self.missing = missing
    self.subsample = subsample
  }

  /// The pairs with both sides in each other's place.
  public var swapped: PairManifest {
    var back = [[Int]](repeating: [], count: partners.entries.count)
    for (input, places) in links.enumerated() {
      for place in places { back[place].append(input) }
    }
    return PairManifest(
      path: path, layout: layout, split: split, modality: modality, inputs: partners,
      partners: inputs, links: back, missing: missing, subsample: subsample)
  }

  /// The pairs of those inputs that a subsample takes, and the partners that belong to them.
  public func taking(_ subsample: Subsample) throws(UsageError) -> PairManifest {
    let places = try subsample.places(of: inputs.entries.map(\.name), labels: nil)
    var kept: [Int: Int] = [:]
    var partners: [Entry] = []
    let links = places.map { input in
      self.links[input].map { partner in
        if let place = kept[partner] { return place }
        kept[partner] = partners.count
        partners.append(self.partners.entries[partner])
        return partners.count - 1
      }
    }
    return PairManifest(
      path: path, layout: layout, split: split, modality: modality,
      inputs: Side(kind: inputs.kind, entries: places.map { inputs.entries[$0] }),
      partners: Side(kind: self.partners.kind, entries: partners), links: links, missing: missing,
      subsample: subsample)
  }

  /// The inputs as a set of samples without classes; the label is the place of the first partner.
  ///
  /// - Throws: ``DataError`` when the inputs are captions, and for files that are not there.
  public func set() throws -> any DataSet {
    guard inputs.kind == .files else {
      throw DataError("pairs captions with files, and captions are not samples", in: path)
    }
    let items = zip(inputs.entries, links).map { entry, places in
      DataItem(
        id: entry.name, label: places.first ?? 0, file: entry.file, content: .file(entry.file))
    }
    return try ListedDataSet(
      layout: layout, path: path, classNames: nil, items: items, split: split,
      hasLabels: false)
  }

  /// SHA-256 over all pairs, and the sizes of all files.
  ///
  /// - Throws: ``DataError`` for files that are not there.
  public func listing() throws -> String {
    func lines(_ side: Side) throws -> [String] {
      try side.entries.map {
        "\($0.name)\t\(side.kind == .files ? try fileSize($0.file) : 0)\n"
      }
    }
    let pairs = links.enumerated().flatMap { input, places in places.map { "\(input)\t\($0)\n" } }
    let text = try (lines(inputs) + lines(partners) + pairs).joined()
    return Checksum.sha256(of: Array(text.utf8))
  }
}
