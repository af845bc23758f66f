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
  /// Byte for byte Pillow's `Image.resize` of an RGB image: integer weights, rows first, an 8-bit
  /// image in between, then columns. Throws when a side is not positive or the result is over
  /// `ImageLimits`.
  public func resized(
    to size: ImageSize, filter: ResampleFilter = .bicubic
  ) throws(MediaError) -> Image {
    try resized(to: size, filter: filter, window: ImageWindow(size))
  }

  /// One part of the image at another size; the rest is not computed.
  func resized(
    to target: ImageSize, filter: ResampleFilter, window: ImageWindow
  ) throws(MediaError) -> Image {
    let limit = ImageLimits().pixels
    let (area, overflow) = window.size.width.multipliedReportingOverflow(by: window.size.height)
    let (between, overflowBetween) = window.size.width.multipliedReportingOverflow(by: height)
    guard target.width > 0, target.height > 0 else {
      throw MediaError("an image cannot be resized to \(target) pixels")
    }
    guard !overflow, !overflowBetween, area <= limit, between <= limit else {
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
    let vertical = ResampleTable.table(
      input: height, output: target.height, range: window.rows, filter: filter)
    let rows = target.height == height ? window.rows : vertical.needed
    var current = pixels[(rows.lowerBound * width * 3)..<(rows.upperBound * width * 3)]

    if target.width != width {
      let horizontal = ResampleTable.table(
        input: width, output: target.width, range: window.columns, filter: filter)
      current = resampleRows(current, width: width, rows: rows.count, table: horizontal)[...]
    } else if window.columns != 0..<width {
      current = selectColumns(current, width: width, columns: window.columns)[...]
    }
    guard target.height != height else { return Image(window.size, Array(current)) }
    let result = resampleColumns(
      current, rowBytes: window.size.width * 3, firstRow: rows.lowerBound, table: vertical)
    return Image(window.size, result)
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

  private static func nearestPlaces(input: Int, output: Int, range: Range<Int>) -> [Int] {
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

/// The bytes of some columns of RGB rows.
func selectColumns(_ pixels: ArraySlice<UInt8>, width: Int, columns: Range<Int>) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(pixels.count / width * columns.count)
  for row in Swift.stride(from: pixels.startIndex, to: pixels.endIndex, by: width * 3) {
    result.append(
      contentsOf: pixels[(row + columns.lowerBound * 3)..<(row + columns.upperBound * 3)])
  }
  return result
}
