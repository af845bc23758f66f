import HoldfastCore

/// A picture of one channel as bytes.
public struct SceneGrayImage: Hashable, Sendable {
  /// Pixels in a row.
  public let width: Int
  /// The number of rows.
  public let height: Int
  /// The pixels, row by row from the top; `width * height` bytes.
  public let gray: [UInt8]
}

extension SceneImage {
  /// The same picture in three equal channels.
  public init(_ image: SceneGrayImage) {
    self.init(
      width: image.width, height: image.height, rgb: image.gray.flatMap { [$0, $0, $0] })
  }
}

/// Takes pictures of the heat of scenes: bright is warm.
///
/// The shape is always warmer than what is around it; its colour says by how much, the colour
/// behind it how warm the surroundings are. The second tone of its filling is cooler. The pattern
/// behind the shape is one of temperature: a slope, patches or warm pipes. Heat spreads, so edges
/// are soft; the sensor has noise, stripes down its columns and darker corners. The seed decides
/// the exact place and the amounts, with numbers of its own, and adds up to two small warm spots.
public enum SceneHeat {
  /// The sides, in pixels, that `render` accepts.
  public static let sizes = 16...1024

  /// Takes the heat of a scene in `size` times `size` pixels, the same bytes on every platform.
  ///
  /// Throws if `size` is outside `sizes`.
  public static func render(
    _ scene: SceneDescription, size: Int = SceneDrawing.recommendedSize
  ) throws(SceneError) -> SceneGrayImage {
    try checkSize(size, in: sizes, of: "picture of heat")
    var random = scene.randomness(for: .thermal)
    let figure = SceneFigure(scene, random: &random)
      .moved(by: ScenePose(shift: Point(0, 0), turn: random.number(in: -8...8), zoom: 1))
    let ground = SceneWarmth(scene, random: &random)
    let excess = 0.28 + 0.03 * Double(scene.color.index) + random.number(in: -0.05...0.05)
    let cooling = random.number(in: 0.3...0.55)
    let spread = random.number(in: 0.012...0.035)

    let pixel = 1 / Double(size)
    var heat = (0..<size * size).map { index in
      let point = Point(
        (Double(index % size) + 0.5) * pixel, (Double(index / size) + 0.5) * pixel)
      let (cover, second) = figure.tones(at: point, pixel)
      return ground.temperature(at: point, pixel) + excess * cover * (1 - cooling * second)
    }
    for _ in 0..<2 {
      diffuse(&heat, side: size, reach: spread * Double(size))
    }
    return SceneGrayImage(
      width: size, height: size,
      gray: SceneHeatSensor(random: &random).bytes(of: heat, side: size))
  }

  /// Replaces each value by the mean over `reach` pixels to either side, along rows and columns.
  private static func diffuse(_ heat: inout [Double], side: Int, reach: Double) {
    let whole = Int(reach)
    let part = reach - Double(whole)
    let weight = 1 / (2 * reach + 1)
    var line = [Double](repeating: 0, count: side)
    func spread(from start: Int, step: Int) {
      for index in 0..<side { line[index] = heat[start + index * step] }
      func value(_ index: Int) -> Double { line[min(max(index, 0), side - 1)] }
      var sum = 0.0
      for index in -whole...whole { sum += value(index) }
      for index in 0..<side {
        let ends = value(index - whole - 1) + value(index + whole + 1)
        heat[start + index * step] = (sum + part * ends) * weight
        sum += value(index + whole + 1) - value(index - whole)
      }
    }
    for index in 0..<side { spread(from: index * side, step: 1) }
    for index in 0..<side { spread(from: index, step: side) }
  }
}

/// The temperature around a shape.
private struct SceneWarmth {
  private let pattern: SceneBackground
  private let level: Double
  private let slope: Point
  private let direction: Point
  private let phase: Double
  private let grain: SceneGrain
  private let spots: [(center: Point, radius: Double, warmth: Double)]

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    pattern = scene.background
    level = 0.1 + 0.028 * Double(scene.backgroundColor.index) + random.number(in: -0.05...0.05)
    slope = Point(degrees: random.number(in: 0...360), radius: random.number(in: 0...0.25))
    direction = Point(degrees: random.number(in: 0...360), radius: 1)
    phase = random.unit()
    grain = SceneGrain(seed: random.next())
    let count = random.integer(in: 0...2)
    spots = (0..<count).map { _ in
      (
        Point(random.unit(), random.unit()), random.number(in: 0.03...0.07),
        random.number(in: 0.1...0.35)
      )
    }
  }

  func temperature(at point: Point, _ pixel: Double) -> Double {
    let (x, y) = (point.x - 0.5, point.y - 0.5)
    let along = x * direction.x + y * direction.y
    var warmth = level + slope.x * x + slope.y * y
    switch pattern {
    case .plain: break
    case .gradient: warmth += 0.3 * along
    case .grainy: warmth += 0.12 * grain.height(at: point)
    case .lined: warmth += 0.14 * smoothStep(wave(along, period: 0.17, phase) - 0.01, over: pixel)
    }
    for spot in spots {
      let cover = smoothStep(spot.radius - point.distance(to: spot.center), over: 2 * pixel)
      warmth += spot.warmth * cover
    }
    return warmth
  }
}

/// A sensor of heat: grainy, striped down its columns, weaker towards its corners.
private struct SceneHeatSensor {
  private let noise: Double
  private let stripes: Double
  private let corners: Double
  private let gain: Double
  private let seed: UInt64

  init(random: inout SplitMix64) {
    noise = random.number(in: 0.015...0.05)
    stripes = random.number(in: 0...0.025)
    corners = random.number(in: 0...0.5)
    gain = random.number(in: 0.85...1.2)
    seed = random.next()
  }

  func bytes(of heat: [Double], side: Int) -> [UInt8] {
    var random = SplitMix64(seed: seed)
    let offsets = (0..<side).map { _ in stripes * random.gaussian() }
    let pixel = 1 / Double(side)
    return heat.enumerated().map { index, warmth in
      let x = (Double(index % side) + 0.5) * pixel - 0.5
      let y = (Double(index / side) + 0.5) * pixel - 0.5
      let strength = gain * (1 - corners * (x * x + y * y))
      let value = warmth * strength + offsets[index % side] + noise * random.gaussian()
      return UInt8(min(max(value, 0), 1) * 255 + 0.5)
    }
  }
}
