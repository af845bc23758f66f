/// One input as an encoder takes it, before normalisation.
public struct PreparedInput: Hashable, Sendable {
  /// The values, the last axis running fastest.
  public let values: [Float]
  /// The sizes, without a batch axis.
  public let shape: [Int]

  /// An input of the given values.
  ///
  /// Throws when the number of values is not the product of `shape`.
  public init(values: [Float], shape: [Int]) throws(MediaError) {
    guard shape.allSatisfy({ $0 >= 0 }), values.count == shape.reduce(1, *) else {
      throw MediaError("an input of sizes \(shape) cannot be made from \(values.count) values")
    }
    self.values = values
    self.shape = shape
  }
}

/// Something that was decoded from a file, or made without one.
public enum Medium: Sendable {
  /// A picture.
  case image(Image)
  /// Samples of one or more channels.
  case sound(Sound)
  /// Points in space.
  case points(PointCloud)
  /// Changes of brightness, as an event camera reports them.
  case events(EventStream)
  /// A picture of one value per pixel, as of heat or of depth.
  case gray(GrayImage)
  /// Pictures in the order of time.
  case clip(Clip)
}

/// The source of an input.
public enum MediaSource: Sendable {
  /// A file, to be read when its turn comes.
  case file(String)
  /// The bytes of a file, and what errors call it.
  case bytes([UInt8], name: String)
  /// What was made rather than decoded.
  case medium(Medium)
}

/// How the files of one modality become what an encoder takes.
///
/// A preparation is a value that a run records: two that are equal make the same inputs from the
/// same files.
public protocol Preparation: Codable, Hashable, Sendable {
  /// The sizes of what it makes; nil if they depend on the file.
  var outputShape: [Int]? { get }

  /// Reads, decodes and prepares one input.
  ///
  /// - Throws: ``MediaError`` for damaged files and for media of another kind.
  func prepare(_ source: MediaSource) throws -> PreparedInput
}
