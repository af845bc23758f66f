import HoldfastCore

/// What lies behind the shape: a patterned ground with a few small, soft, round blobs on it.
struct SceneBackdrop {
  private let pattern: SceneBackground
  private let ground: RGB
  private let direction: Point
  private let phase: Double
  private let grain: SceneGrain
  private let blobs: [Blob]

  private struct Blob {
    let center: Point
    let radius: Double
    let color: RGB
  }

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    pattern = scene.background
    ground =
      scene.backgroundColor.rgb.mixed(with: RGB(0.5, 0.5, 0.5), 0.12)
      + RGB.shade(random: &random)
    direction = Point(degrees: random.number(in: 0...360), radius: 1)
    phase = random.unit()
    grain = SceneGrain(seed: random.next())
    let blobCount = random.integer(in: 0...2)
    blobs = (0..<blobCount).map { _ in
      Blob(
        center: Point(random.unit(), random.unit()), radius: random.number(in: 0.025...0.06),
        color: (random.pick(SceneColor.allCases) ?? .white).rgb)
    }
  }

  func color(at point: Point, _ pixel: Double) -> RGB {
    var color = ground * (1 + 0.16 * relief(at: point, pixel))
    for blob in blobs {
      let cover = smoothStep(blob.radius - point.distance(to: blob.center), over: 2 * pixel)
      if cover > 0 { color = color.mixed(with: blob.color, cover) }
    }
    return color
  }

  /// The pattern, from -1 (darker) to 1 (lighter).
  private func relief(at point: Point, _ pixel: Double) -> Double {
    let along = (point.x - 0.5) * direction.x + (point.y - 0.5) * direction.y
    switch pattern {
    case .plain: return 0
    case .gradient: return 1.6 * along
    case .grainy: return grain.height(at: point)
    case .lined: return 2 * smoothStep(wave(along, period: 0.13, phase), over: pixel) - 1
    }
  }
}

/// Smooth random bumps: a lattice of random heights, with straight lines in between.
struct SceneGrain {
  private static let cells = 14
  private let heights: [Double]

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let side = Self.cells + 1
    heights = (0..<side * side).map { _ in random.number(in: -1...1) }
  }

  /// The height, in [-1, 1], at a point of the unit square.
  func height(at point: Point) -> Double {
    let x = point.x * Double(Self.cells)
    let y = point.y * Double(Self.cells)
    let column = min(max(Int(x), 0), Self.cells - 1)
    let row = min(max(Int(y), 0), Self.cells - 1)
    let (dx, dy) = (x - Double(column), y - Double(row))
    let corner = row * (Self.cells + 1) + column
    let below = corner + Self.cells + 1
    let upper = heights[corner] * (1 - dx) + heights[corner + 1] * dx
    let lower = heights[below] * (1 - dx) + heights[below + 1] * dx
    return upper * (1 - dy) + lower * dy
  }
}
