import HoldfastCore

/// The shape of a scene as a body with a surface: its outline, drawn out in depth.
struct SceneBody {
  private let field: SceneField
  private let filling: SceneFilling
  private let halfDepth: Double
  private let rounding: Double
  private let relief: Double
  private let walls: Double
  private let denser: Point

  /// How far the rounding of an edge reaches inwards.
  private static let edge = 0.15
  /// Half the side of the square in which points are tried.
  private static let reach = 1.1

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    field = scene.shape.field
    filling = SceneFilling(scene, random: &random)
    halfDepth = 0.1 + 0.035 * Double(scene.color.index) + random.number(in: -0.03...0.03)
    rounding = random.number(in: 0.1...0.7)
    relief = random.number(in: 0.25...0.5)
    walls = random.number(in: 0.2...0.4)
    denser = Point(
      0.3 * Double(scene.position.column) + random.number(in: -0.15...0.15),
      0.3 * Double(scene.position.row) + random.number(in: -0.15...0.15))
  }

  /// A point of the surface, taken at random.
  func point(random: inout SplitMix64) -> Solid {
    let onWall = random.unit() < walls
    var place = Point(0, 0)
    var depth = 0.0
    // Some 2 of 10 tries hit the thinnest shape; that 100 miss is rarer than one in a billion.
    for _ in 0..<100 {
      place = Point(
        random.number(in: -Self.reach...Self.reach), random.number(in: -Self.reach...Self.reach))
      depth = -field.distance(from: place)
      let wanted = 0.55 + denser.x * place.x + denser.y * place.y
      if onWall ? abs(depth) < 0.1 : depth > 0, random.unit() < wanted { break }
    }
    // A picture's y points downwards.
    if onWall {
      let slope = field.slope(at: place)
      let z = halfDepth * (1 - rounding) * random.number(in: -1...1)
      return Solid(x: place.x + depth * slope.x, y: -place.y - depth * slope.y, z: z)
    }
    let rim = 1 - min(depth / Self.edge, 1)
    let height =
      halfDepth * (1 - rounding * rim * rim)
      * (1 - relief * filling.amountOfSecond(at: place, 0.05))
    return Solid(x: place.x, y: -place.y, z: random.integer(in: 0...1) == 0 ? height : -height)
  }

  /// A point outside of the shape.
  static func stray(
    _ background: SceneBackground, _ line: Point, random: inout SplitMix64
  ) -> Solid {
    let (u, v, w) = (
      random.number(in: -1...1), random.number(in: -1...1), random.number(in: -1...1)
    )
    switch background {
    case .plain, .grainy: return Solid(x: 0.8 * u, y: 0.8 * v, z: 0.8 * w)
    case .gradient: return Solid(x: 0.9 * u, y: -1 + 0.03 * w, z: 0.6 * v)
    case .lined: return Solid(x: u * line.x, y: u * line.y, z: -0.4 + 0.03 * w)
    }
  }
}
