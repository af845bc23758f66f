import HoldfastCore

/// A picture as bytes.
public struct SceneImage: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// Red, green and blue of each pixel, row by row from the top; `width * height * 3` bytes.
  public let rgb: [UInt8]
}

/// Draws scenes as square pictures.
///
/// The description fixes what is seen; its seed decides the exact place, size and shade, the light,
/// the noise of the sensor, and up to two small round blobs behind the shape.
public enum SceneDrawing {
  /// The side, in pixels, of pictures in which every shape can be told apart with ease.
  public static let recommendedSize = 48

  /// The sides, in pixels, that `render` accepts.
  public static let sizes = 16...1024

  /// Draws a scene as `size` times `size` pixels, the same bytes on every platform.
  ///
  /// Throws if `size` is outside `sizes`.
  public static func render(
    _ scene: SceneDescription, size: Int = recommendedSize
  ) throws(SceneError) -> SceneImage {
    guard sizes.contains(size) else {
      throw SceneError(
        what: "a picture of \(size) pixels a side cannot be drawn", where: "size",
        hint: "choose a size from \(sizes.lowerBound) to \(sizes.upperBound) pixels")
    }
    var random = scene.randomness(for: .image)
    let figure = SceneFigure(scene, random: &random)
    let backdrop = SceneBackdrop(scene, random: &random)
    let light = SceneLight(random: &random)
    var sensor = SceneSensor(random: &random)

    let pixel = 1 / Double(size)
    let rgb = [UInt8](unsafeUninitializedCapacity: size * size * 3) { bytes, count in
      for row in 0..<size {
        for column in 0..<size {
          let point = Point((Double(column) + 0.5) * pixel, (Double(row) + 0.5) * pixel)
          let surface = figure.paint(over: backdrop.color(at: point, pixel), at: point, pixel)
          let seen = surface * light.strength(at: point)
          bytes[count] = sensor.byte(seen.red)
          bytes[count + 1] = sensor.byte(seen.green)
          bytes[count + 2] = sensor.byte(seen.blue)
          count += 3
        }
      }
    }
    return SceneImage(width: size, height: size, rgb: rgb)
  }
}

/// Light that is stronger on one side, and on the whole brighter or darker than usual.
struct SceneLight {
  private let level: Double
  private let slope: Point

  init(random: inout SplitMix64) {
    level = random.number(in: 0.82...1.08)
    slope = Point(degrees: random.number(in: 0...360), radius: random.number(in: 0...0.35))
  }

  func strength(at point: Point) -> Double {
    level + slope.x * (point.x - 0.5) + slope.y * (point.y - 0.5)
  }
}

/// A sensor that adds noise, nearly Gaussian, to each value and rounds it to a byte.
struct SceneSensor {
  private var random: SplitMix64
  private let noise: Double

  init(random: inout SplitMix64) {
    noise = random.number(in: 0.01...0.035)
    self.random = SplitMix64(seed: random.next())
  }

  mutating func byte(_ value: Double) -> UInt8 {
    let noisy = value + noise * random.gaussian()
    return UInt8(min(max(noisy, 0), 1) * 255 + 0.5)
  }
}
