import Foundation
import HoldfastMedia

/// One number per pixel: `(height, width)`, row by row.
struct Plane {
  let width: Int
  let height: Int
  var values: [Double]

  init(width: Int, height: Int, _ values: [Double]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// Each square of `factor` pixels as its mean, or as its first pixel; the remainder at the right
  /// and at the bottom is cut off.
  func shrunk(by factor: Int, toMean: Bool) -> Plane {
    shrunk(across: factor, down: factor, toMean: toMean)
  }

  /// The same with rectangles.
  func shrunk(across: Int, down: Int, toMean: Bool) -> Plane {
    guard across > 1 || down > 1 else { return self }
    let (columns, rows) = (max(1, width / across), max(1, height / down))
    var result = [Double](repeating: 0, count: columns * rows)
    for row in 0..<rows {
      for column in 0..<columns {
        var (sum, count) = (0.0, 0)
        for y in row * down..<min(height, toMean ? (row + 1) * down : row * down + 1) {
          for x in column
            * across..<min(width, toMean ? (column + 1) * across : column * across + 1)
          {
            sum += values[y * width + x]
            count += 1
          }
        }
        result[row * columns + column] = count == 0 ? 0 : sum / Double(count)
      }
    }
    return Plane(width: columns, height: rows, result)
  }

  /// The plane upside down.
  var flipped: Plane {
    let rows = (0..<height).reversed().flatMap { values[$0 * width..<($0 + 1) * width] }
    return Plane(width: width, height: height, rows)
  }
}

/// Colours on their way to a file.
struct Raster {
  private(set) var width: Int
  private(set) var height: Int
  private var pixels: [UInt8]

  /// Three planes of numbers from 0 to 1.
  init(red: Plane, green: Plane, blue: Plane) {
    (width, height) = (red.width, red.height)
    pixels = []
    pixels.reserveCapacity(3 * width * height)
    for place in red.values.indices {
      for value in [red.values[place], green.values[place], blue.values[place]] {
        pixels.append(UInt8((min(max(value.isNaN ? 0 : value, 0), 1) * 255).rounded()))
      }
    }
  }

  /// One plane of numbers from 0 to 1, through a map of colours.
  init(_ plane: Plane, _ map: ColorMap) {
    (width, height) = (plane.width, plane.height)
    pixels = []
    pixels.reserveCapacity(3 * width * height)
    for value in plane.values {
      let color = map(value)
      pixels += [color.0, color.1, color.2]
    }
  }

  /// Rasters of one height side by side, `gap` pixels of a middle grey apart.
  init(strip rasters: [Raster], gap: Int = 4) {
    height = rasters.first?.height ?? 0
    width = rasters.reduce(0) { $0 + $1.width } + gap * max(0, rasters.count - 1)
    pixels = []
    pixels.reserveCapacity(3 * width * height)
    for row in 0..<height {
      for (index, raster) in rasters.enumerated() {
        if index > 0 { pixels += [UInt8](repeating: 128, count: 3 * gap) }
        pixels += raster.pixels[3 * raster.width * row..<3 * raster.width * (row + 1)]
      }
    }
  }

  /// The file: 8-bit RGB.
  func png() throws -> [UInt8] {
    try encodePNG(Image(width: width, height: height, pixels: pixels))
  }
}
