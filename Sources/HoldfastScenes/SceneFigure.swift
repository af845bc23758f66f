import HoldfastCore

/// The shape of a scene, placed and coloured.
///
/// Lengths are parts of the picture's side.
struct SceneFigure {
  private let shape: SceneShape
  private let outline: SceneOutline
  /// The distances to the outline, from a table if the figure is drawn many times.
  private var field: SceneField?
  private(set) var center: Point
  private(set) var radius: Double
  private var sine: Double
  private var cosine: Double
  private let filling: SceneFilling

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    shape = scene.shape
    outline = scene.shape.outline
    radius =
      switch scene.size {
      case .small: random.number(in: 0.22...0.25)
      case .medium: random.number(in: 0.27...0.30)
      case .large: random.number(in: 0.32...0.35)
      }
    center = Point(
      0.5 + 0.15 * Double(scene.position.column) + random.number(in: -0.03...0.03),
      0.5 + 0.15 * Double(scene.position.row) + random.number(in: -0.03...0.03))
    (sine, cosine) = sineAndCosine(degrees: Double(scene.tilt))
    filling = SceneFilling(scene, random: &random)
  }

  /// The figure after a movement, ready to be drawn often.
  func moved(by pose: ScenePose) -> SceneFigure {
    var figure = self
    figure.field = shape.field
    figure.center = Point(center.x + pose.shift.x, center.y + pose.shift.y)
    figure.radius = radius * pose.zoom
    let (s, c) = sineAndCosine(degrees: pose.turn)
    (figure.sine, figure.cosine) = (sine * c + cosine * s, cosine * c - sine * s)
    return figure
  }

  /// The colour at a point of the shape over `behind`; edges are smooth over one pixel.
  func paint(over behind: RGB, at point: Point, _ pixel: Double) -> RGB {
    let (cover, local) = cover(at: point, pixel)
    return cover > 0
      ? behind.mixed(with: filling.color(at: local, pixel / radius), cover) : behind
  }

  /// How much of a pixel the shape covers, and how much of its filling is of the second tone there.
  func tones(at point: Point, _ pixel: Double) -> (cover: Double, second: Double) {
    let (cover, local) = cover(at: point, pixel)
    return cover > 0 ? (cover, filling.amountOfSecond(at: local, pixel / radius)) : (0, 0)
  }

  /// How much of a pixel the shape covers, and the point in the shape's own coordinates.
  private func cover(at point: Point, _ pixel: Double) -> (cover: Double, local: Point) {
    let (dx, dy) = ((point.x - center.x) / radius, (point.y - center.y) / radius)
    let local = Point(dx * cosine + dy * sine, dy * cosine - dx * sine)
    guard dx * dx + dy * dy < 1.8 else { return (0, local) }
    let distance = field?.distance(from: local) ?? outline.signedDistance(from: local)
    return (smoothStep(-distance, over: pixel / radius), local)
  }
}

/// What a shape is filled with, in the shape's own coordinates: it turns and grows with the shape.
struct SceneFilling {
  private let texture: SceneTexture
  private let first: RGB
  private let second: RGB
  private let phase: Point

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    texture = scene.texture
    let shade = RGB.shade(random: &random)
    first = scene.color.rgb + shade
    second = scene.color.secondTone + shade
    phase = Point(random.unit(), random.unit())
  }

  func color(at point: Point, _ pixel: Double) -> RGB {
    first.mixed(with: second, amountOfSecond(at: point, pixel))
  }

  /// From 0, the first tone alone, to 1, the second alone.
  func amountOfSecond(at point: Point, _ pixel: Double) -> Double {
    switch texture {
    case .solid:
      return 0
    case .striped:
      return smoothStep(wave(point.y, period: 0.5, phase.y), over: pixel)
    case .dotted:
      let spacing = 0.5
      let dx = distanceToNearest(point.x, spacing: spacing, phase.x)
      let dy = distanceToNearest(point.y, spacing: spacing, phase.y)
      return smoothStep(0.17 - (dx * dx + dy * dy).squareRoot(), over: pixel)
    case .checkered:
      let a = smoothStep(wave(point.x, period: 0.8, phase.x), over: pixel)
      let b = smoothStep(wave(point.y, period: 0.8, phase.y), over: pixel)
      return a + b - 2 * a * b
    case .shaded:
      return min(max(0.5 + 0.65 * point.y, 0), 1)
    }
  }
}

/// From 0 below zero to 1 above it, rising over a width around zero.
func smoothStep(_ value: Double, over width: Double) -> Double {
  min(max(value / width + 0.5, 0), 1)
}

/// A triangle wave: positive on one half of each period, and as steep as `value` itself.
func wave(_ value: Double, period: Double, _ phase: Double) -> Double {
  period / 4 - distanceToNearest(value, spacing: period, phase)
}

/// How far a number is from the nearest multiple of `spacing`, shifted by a part of the spacing.
func distanceToNearest(_ value: Double, spacing: Double, _ phase: Double) -> Double {
  let turns = value / spacing - phase
  return abs(turns - turns.rounded()) * spacing
}

extension RGB {
  /// A small random change of all three channels.
  static func shade(random: inout SplitMix64) -> RGB {
    let range = -0.06...0.06
    return RGB(random.number(in: range), random.number(in: range), random.number(in: range))
  }
}
