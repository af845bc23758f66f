/// A point of the plane; x grows to the right and y downwards, as in pictures.
struct Point: Sendable {
  var x: Double
  var y: Double

  init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }

  /// The point at an angle, clockwise from the right, on a circle around the origin.
  init(degrees: Double, radius: Double) {
    let (sine, cosine) = sineAndCosine(degrees: degrees)
    self.init(cosine * radius, sine * radius)
  }

  func distance(to other: Point) -> Double {
    let (dx, dy) = (x - other.x, y - other.y)
    return (dx * dx + dy * dy).squareRoot()
  }

  /// The distance to the straight line between two points.
  func distance(toSegment a: Point, _ b: Point) -> Double {
    let (dx, dy) = (b.x - a.x, b.y - a.y)
    let along = ((x - a.x) * dx + (y - a.y) * dy) / (dx * dx + dy * dy)
    let nearest = min(max(along, 0), 1)
    return distance(to: Point(a.x + nearest * dx, a.y + nearest * dy))
  }
}

/// A flat figure, known by the signed distance to its edge: negative inside, positive outside.
///
/// Only sums, products, quotients and square roots are used, which IEEE 754 rounds the same
/// everywhere: pictures are equal to the byte on every platform.
struct SceneOutline: Sendable {
  enum Part: Sendable {
    case disc(Point, radius: Double)
    case ring(radius: Double, halfWidth: Double)
    case polygon([Point])
    case stroke([Point], halfWidth: Double)
  }

  /// What makes up the figure: the union of these.
  var parts: [Part]
  /// What is cut out of it: the union of these.
  var holes: [Part] = []

  func signedDistance(from point: Point) -> Double {
    var distance = Double.infinity
    for part in parts { distance = min(distance, part.signedDistance(from: point)) }
    for hole in holes { distance = max(distance, -hole.signedDistance(from: point)) }
    return distance
  }
}

extension SceneOutline.Part {
  func signedDistance(from point: Point) -> Double {
    switch self {
    case .disc(let center, let radius):
      return point.distance(to: center) - radius
    case .ring(let radius, let halfWidth):
      return abs(point.distance(to: Point(0, 0)) - radius) - halfWidth
    case .stroke(let points, let halfWidth):
      var distance = Double.infinity
      for index in points.indices.dropLast() {
        distance = min(distance, point.distance(toSegment: points[index], points[index + 1]))
      }
      return distance - halfWidth
    case .polygon(let corners):
      return signedDistance(from: point, toPolygon: corners)
    }
  }

  /// The nearest edge gives the distance, the number of edges crossed by a ray the sign.
  private func signedDistance(from point: Point, toPolygon corners: [Point]) -> Double {
    guard var previous = corners.last else { return .infinity }
    var distance = Double.infinity
    var inside = false
    for corner in corners {
      distance = min(distance, point.distance(toSegment: previous, corner))
      if (corner.y > point.y) != (previous.y > point.y) {
        let slope = (previous.x - corner.x) / (previous.y - corner.y)
        if point.x < corner.x + slope * (point.y - corner.y) { inside.toggle() }
      }
      previous = corner
    }
    return inside ? -distance : distance
  }
}

/// Sine and cosine by short power series and three doublings of the angle; good to a ten-thousandth
/// within two turns, to which greater angles are brought, and the same on every platform, which the
/// C library's are not.
func sineAndCosine(degrees: Double) -> (sine: Double, cosine: Double) {
  let near = abs(degrees) > 720 ? degrees.remainder(dividingBy: 360) : degrees
  let x = near * (Double.pi / 180) / 8
  let square = x * x
  var sine = x * (1 - square / 6 * (1 - square / 20 * (1 - square / 42 * (1 - square / 72))))
  var cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30 * (1 - square / 56)))
  for _ in 0..<3 {
    (sine, cosine) = (2 * sine * cosine, cosine * cosine - sine * sine)
  }
  return (sine, cosine)
}
