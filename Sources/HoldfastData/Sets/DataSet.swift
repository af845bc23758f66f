public import HoldfastMedia

/// One labelled sample, not yet decoded.
public struct DataItem: Sendable {
  /// The id: stable, and unique in its set.
  public let id: String
  /// The class, as an index.
  public let label: Int
  /// The name that errors use.
  public let file: String
  /// The source of the input.
  public let content: MediaSource
  /// The part of the picture that is the sample; nil for all of it.
  public let region: ImageRegion?
  /// The place in the order of the whole set, from 0, if only a part is visited; nil if all of it
  /// is.
  var place: Int?

  /// A sample of `file`.
  public init(
    id: String, label: Int, file: String, content: MediaSource, region: ImageRegion? = nil
  ) {
    self.id = id
    self.label = label
    self.file = file
    self.content = content
    self.region = region
  }

  /// What is prepared: the content, or the part of its picture.
  ///
  /// - Throws: `MediaError` for a picture that is damaged, or does not hold the part.
  func source() throws -> MediaSource {
    guard let region else { return content }
    return .medium(.image(try content.image(region)))
  }
}

/// A set of labelled samples that is visited in a fixed order.
public protocol DataSet: Sendable {
  /// The layout's name, for records.
  var layout: String { get }
  /// The path of the set.
  var path: String { get }
  /// The class names that come with the set, in the order of the labels; nil when it has none.
  var classNames: [String]? { get }
  /// The prompt templates that come with the set.
  var templates: [String]? { get }
  /// The split that was read; nil when the set has none.
  var split: String? { get }
  /// Which samples of it are visited; nil when all are.
  var subsample: Subsample? { get }
  /// How many samples there are; nil if that is unknown before they are read.
  var count: Int? { get }
  /// SHA-256 over what is known before any sample is decoded: ids, labels and the sizes of files.
  var listing: String? { get }

  /// Whether labels are classes; false for inputs that only have partners, or nothing.
  var hasLabels: Bool { get }

  /// What a user should know about how it was read, in sentences: how labels were assigned if that
  /// could be doubted.
  var remarks: [String] { get }

  /// A visit from the first sample on.
  func makeCursor() throws -> any DataCursor

  /// The same samples by their places.
  func indexed() throws -> any IndexedSet
}

extension DataSet {
  /// None, unless a layout says otherwise.
  public var templates: [String]? { nil }
  /// None, unless a layout says otherwise.
  public var split: String? { nil }
  /// None, unless a layout says otherwise.
  public var remarks: [String] { [] }
  /// They are, unless a set says otherwise.
  public var hasLabels: Bool { true }
  /// None, unless the set was made by ``taking(_:)``.
  public var subsample: Subsample? { nil }
}

/// A visit of a data set, sample by sample.
public protocol DataCursor {
  /// The next sample; nil after the last.
  mutating func next() throws -> DataItem?
}
