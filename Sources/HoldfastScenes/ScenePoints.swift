import HoldfastCore

/// Points in space.
public struct ScenePointCloud: Hashable, Sendable {
  /// x to the right, y upwards and z towards the viewer of each point, in turn; `count * 3` values.
  public let xyz: [Float]

  /// The number of points.
  public var count: Int { xyz.count / 3 }
}

/// Samples scenes as points in space.
///
/// The shape is a body, its outline drawn out in depth with rounded edges, and the points lie on
/// its surface. The colour says how thick the body is, the texture is a relief on its front and
/// back, the tilt turns it in its plane, the colour behind it is the side that one looks from; the
/// side of the field of view on which the shape is has more points. A small shape is measured less
/// exactly. Any background but a plain one adds a few stray points: on a floor, anywhere, or along
/// a line. The seed decides the exact angles, amounts and points. Points are centred on their mean
/// and scaled so that the farthest has distance 1, as PointNet has it.
public enum ScenePoints {
  /// The numbers of points that `render` accepts.
  public static let counts = 16...65_536

  /// Samples a scene at `count` points, the same values on every platform.
  ///
  /// The order of the points means nothing. Throws if `count` is outside `counts`.
  public static func render(
    _ scene: SceneDescription, count: Int = 1024
  ) throws(SceneError) -> ScenePointCloud {
    guard counts.contains(count) else {
      throw SceneError(
        what: "\(count) points cannot be sampled", where: "count",
        hint: "choose a number from \(counts.lowerBound) to \(counts.upperBound)")
    }
    var random = scene.randomness(for: .points)
    let body = SceneBody(scene, random: &random)
    let view = SceneView(scene, random: &random)
    let clutter = scene.background == .plain ? 0 : random.number(in: 0...0.05)
    let jitter = random.number(in: 0.008...0.03) * (scene.size == .small ? 1.5 : 1)
    let line = Point(degrees: random.number(in: 0...360), radius: 1.1)

    var points = SplitMix64(seed: random.next())
    let solids = (0..<count).map { _ in
      if points.unit() < clutter {
        return view.turned(SceneBody.stray(scene.background, line, random: &points))
      }
      var point = body.point(random: &points)
      point.x += jitter * points.gaussian()
      point.y += jitter * points.gaussian()
      point.z += jitter * points.gaussian()
      return view.turned(point)
    }
    return ScenePointCloud(xyz: normalized(solids))
  }

  /// The coordinates about their mean, with the farthest point at distance 1.
  private static func normalized(_ points: [Solid]) -> [Float] {
    let share = 1 / Double(points.count)
    var mean = Solid(x: 0, y: 0, z: 0)
    for point in points {
      mean.x += point.x * share
      mean.y += point.y * share
      mean.z += point.z * share
    }
    var farthest = 0.0
    for point in points {
      let (x, y, z) = (point.x - mean.x, point.y - mean.y, point.z - mean.z)
      farthest = max(farthest, x * x + y * y + z * z)
    }
    let scale = farthest > 0 ? 1 / farthest.squareRoot() : 1
    var xyz: [Float] = []
    xyz.reserveCapacity(points.count * 3)
    for point in points {
      xyz.append(Float((point.x - mean.x) * scale))
      xyz.append(Float((point.y - mean.y) * scale))
      xyz.append(Float((point.z - mean.z) * scale))
    }
    return xyz
  }
}

/// A point of space: x to the right, y upwards, z towards the viewer.
struct Solid {
  var x: Double
  var y: Double
  var z: Double
}

/// The view of a body.
private struct SceneView {
  private let yaw: (sine: Double, cosine: Double)
  private let pitch: (sine: Double, cosine: Double)
  private let roll: (sine: Double, cosine: Double)

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    let side = 7 * Double(scene.backgroundColor.index) - 31.5
    yaw = sineAndCosine(degrees: side + random.number(in: -10...10))
    pitch = sineAndCosine(degrees: random.number(in: -30...30))
    // Clockwise is negative, as y points upwards.
    roll = sineAndCosine(degrees: -1.5 * Double(scene.tilt) + random.number(in: -8...8))
  }

  func turned(_ p: Solid) -> Solid {
    let (x, y) = (p.x * roll.cosine - p.y * roll.sine, p.x * roll.sine + p.y * roll.cosine)
    let (u, z) = (x * yaw.cosine + p.z * yaw.sine, p.z * yaw.cosine - x * yaw.sine)
    return Solid(
      x: u, y: y * pitch.cosine - z * pitch.sine, z: y * pitch.sine + z * pitch.cosine)
  }
}
