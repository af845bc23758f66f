/// Part of an image: the columns and rows it covers.
struct ImageWindow {
  var columns: Range<Int>
  var rows: Range<Int>

  init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// All of an image.
  init(_ size: ImageSize) {
    self.init(columns: 0..<size.width, rows: 0..<size.height)
  }

  var size: ImageSize { ImageSize(width: columns.count, height: rows.count) }
}

extension Image {
  /// The image at another size.
  ///
  /// Byte for byte Pillow's `Image.resize` of an RGB image: integer weights, one pass
  /// over rows and one over columns, an 8-bit image in between. Throws when a side is not positive or the result is over
  /// `ImageLimits`.
  public func resized(
    to size: ImageSize, filter: ResampleFilter = .bicubic
  ) throws(MediaError) -> Image {
    guard size.area != nil else {
      throw MediaError("an image cannot be resized to \(size) pixels")
    }
    return try resized(to: size, filter: filter, window: ImageWindow(size))
  }

  /// The pixels of a window.
  func part(_ window: ImageWindow) -> Image {
    guard window.size != size else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(window.columns.count * window.rows.count * 3)
    for row in window.rows {
      let start = (row * width + window.columns.lowerBound) * 3
      result.append(contentsOf: pixels[start..<(start + window.columns.count * 3)])
    }
    return Image(window.size, result)
  }

  /// One part of the image at another size, of which it must be a part; the rest is not computed.
  func resized(
    to target: ImageSize, filter: ResampleFilter, window: ImageWindow
  ) throws(MediaError) -> Image {
    let limit = ImageLimits().pixels
    let between = ImageSize(width: window.size.width, height: height)
    guard let area = window.size.area, area <= limit, let between = between.area, between <= limit
    else {
      throw MediaError(
        "resizing an image of \(size) pixels to \(target) takes too much memory",
        hint: "crop the image or choose a smaller size")
    }
    if filter == .nearest { return nearest(to: target, window: window) }
    return convolved(to: target, filter: filter, window: window)
  }

  private func convolved(
    to target: ImageSize, filter: ResampleFilter, window: ImageWindow
  ) -> Image {
    let horizontal =
      target.width == width
      ? nil
      : ResampleTable.table(
        input: width, output: target.width, range: window.columns, filter: filter)
    let vertical =
      target.height == height
      ? nil
      : ResampleTable.table(
        input: height, output: target.height, range: window.rows, filter: filter)
    let needed = part(
      ImageWindow(
        columns: horizontal?.needed ?? window.columns, rows: vertical?.needed ?? window.rows))
    return startsVertically(to: target)
      ? needed.resampled(vertically: vertical).resampled(horizontally: horizontal)
      : needed.resampled(horizontally: horizontal).resampled(vertically: vertical)
  }

  /// Pillow 13 resizes columns first if an image loses far more height than width.
  ///
  /// Earlier versions always take rows first; the results differ by the rounding in between.
  private func startsVertically(to target: ImageSize) -> Bool {
    target.height < height && height - target.height > 2 * (width - target.width)
  }

  /// Pillow's nearest neighbour, which adds up the step instead of multiplying it.
  private func nearest(to target: ImageSize, window: ImageWindow) -> Image {
    let columns = Self.nearestPlaces(input: width, output: target.width, range: window.columns)
    let rows = Self.nearestPlaces(input: height, output: target.height, range: window.rows)
    var result: [UInt8] = []
    result.reserveCapacity(window.size.width * window.size.height * 3)
    for row in rows {
      for column in columns {
        let place = (row * width + column) * 3
        result.append(contentsOf: pixels[place..<(place + 3)])
      }
    }
    return Image(window.size, result)
  }

  static func nearestPlaces(input: Int, output: Int, range: Range<Int>) -> [Int] {
    let step = Double(input) / Double(output)
    var position = step * 0.5
    var places: [Int] = []
    for target in 0..<range.upperBound {
      if target >= range.lowerBound { places.append(min(Int(position), input - 1)) }
      position += step
    }
    return places
  }
}
