import HoldfastFormats

/// A part of a picture, in pixels from its upper left corner.
public struct ImageRegion: Hashable, Sendable, Codable {
  /// The first column.
  public let x: Int
  /// The first row.
  public let y: Int
  /// The columns.
  public let width: Int
  /// The rows.
  public let height: Int

  /// A part of `width` by `height` pixels.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Whether the two share a pixel.
  public func overlaps(_ other: ImageRegion) -> Bool {
    x < other.x + other.width && other.x < x + width && y < other.y + other.height
      && other.y < y + height
  }
}

extension MediaSource {
  /// A part of a picture of three channels.
  ///
  /// - Throws: ``MediaError`` for media other than pictures, and for a picture that does not hold
  ///   the part.
  public func image(_ region: ImageRegion) throws -> Image {
    let (image, name) = try image(for: "pictures")
    return try naming(name) { try image.part(region) }
  }
}

extension Image {
  /// A part of the picture.
  ///
  /// - Throws: ``MediaError`` for a part that the picture does not hold.
  func part(_ region: ImageRegion) throws(MediaError) -> Image {
    guard region.x >= 0, region.y >= 0, region.width > 0, region.height > 0,
      region.x <= width - region.width, region.y <= height - region.height
    else {
      throw MediaError(
        "the picture of \(size) pixels has no part of \(region.width)x\(region.height) at "
          + "(\(region.x), \(region.y))",
        hint: "the boxes belong to another picture; download both again")
    }
    return part(
      ImageWindow(
        columns: region.x..<region.x + region.width, rows: region.y..<region.y + region.height))
  }
}
