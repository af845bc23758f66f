extension SceneShape {
  /// The figure of the shape, upright, within about the unit disc around the origin.
  var outline: SceneOutline { Self.outlines[index] }

  private static let outlines = allCases.map(\.drawnOutline)

  private var drawnOutline: SceneOutline {
    switch self {
    case .circle:
      SceneOutline(parts: [.disc(Point(0, 0), radius: 0.85)])
    case .square:
      .polygon([(-0.75, -0.75), (0.75, -0.75), (0.75, 0.75), (-0.75, 0.75)])
    case .triangle:
      .polygon([(0, -0.95), (0.95, 0.72), (-0.95, 0.72)])
    case .diamond:
      .polygon([(0, -1), (0.6, 0), (0, 1), (-0.6, 0)])
    case .star:
      SceneOutline(parts: [
        .polygon(
          (0..<10).map { Point(degrees: 36 * Double($0) - 90, radius: [1.05, 0.42][$0 % 2]) })
      ])
    case .cross:
      SceneOutline(parts: [
        .polygon([Point(-0.28, -0.95), Point(0.28, -0.95), Point(0.28, 0.95), Point(-0.28, 0.95)]),
        .polygon([Point(-0.95, -0.28), Point(0.95, -0.28), Point(0.95, 0.28), Point(-0.95, 0.28)]),
      ])
    case .ring:
      SceneOutline(parts: [.ring(radius: 0.7, halfWidth: 0.23)])
    case .heart:
      SceneOutline(parts: [
        .disc(Point(-0.44, -0.33), radius: 0.5), .disc(Point(0.44, -0.33), radius: 0.5),
        .polygon([Point(-0.82, 0), Point(0, -0.4), Point(0.82, 0), Point(0, 0.95)]),
      ])
    case .crescent:
      SceneOutline(
        parts: [.disc(Point(-0.05, 0), radius: 0.95)],
        holes: [.disc(Point(0.42, -0.12), radius: 0.72)])
    case .arrow:
      .polygon([
        (-1, -0.27), (0.1, -0.27), (0.1, -0.75), (1, 0), (0.1, 0.75), (0.1, 0.27), (-1, 0.27),
      ])
    case .bolt:
      .polygon([
        (-0.1, -1), (0.55, -1), (0.2, -0.3), (0.62, -0.3), (-0.35, 1), (-0.08, 0.1), (-0.55, 0.1),
      ])
    case .drop:
      SceneOutline(parts: [
        .disc(Point(0, 0.32), radius: 0.62),
        .polygon([Point(0, -1.05), Point(0.575, 0.09), Point(-0.575, 0.09)]),
      ])
    case .spiral:
      SceneOutline(parts: [
        .stroke(
          (0...26).map { Point(degrees: 25 * Double($0), radius: 0.1 + 0.032 * Double($0)) },
          halfWidth: 0.13)
      ])
    case .zigzag:
      SceneOutline(parts: [
        .stroke(
          [(-0.95, 0.4), (-0.48, -0.4), (0, 0.4), (0.48, -0.4), (0.95, 0.4)].map { Point($0, $1) },
          halfWidth: 0.17)
      ])
    case .grid:
      SceneOutline(
        parts: [(-0.38, true), (0.38, true), (-0.38, false), (0.38, false)].map { at, upright in
          upright
            ? .stroke([Point(at, -0.9), Point(at, 0.9)], halfWidth: 0.14)
            : .stroke([Point(-0.9, at), Point(0.9, at)], halfWidth: 0.14)
        })
    case .hourglass:
      .polygon([(-0.72, -0.9), (0.72, -0.9), (0.13, 0), (0.72, 0.9), (-0.72, 0.9), (-0.13, 0)])
    case .flower:
      SceneOutline(
        parts: (0..<6).map { .disc(Point(degrees: 60 * Double($0), radius: 0.65), radius: 0.33) }
          + [.ring(radius: 0.45, halfWidth: 0.2)],
        holes: [.disc(Point(0, 0), radius: 0.28)])
    case .house:
      .polygon([
        (0, -1), (1, -0.1), (0.7, -0.1), (0.7, 0.85), (0.22, 0.85), (0.22, 0.25), (-0.22, 0.25),
        (-0.22, 0.85), (-0.7, 0.85), (-0.7, -0.1), (-1, -0.1),
      ])
    case .fish:
      SceneOutline(
        parts: [
          .polygon(
            (0..<16).map {
              let around = Point(degrees: 22.5 * Double($0), radius: 1)
              return Point(0.3 + 0.7 * around.x, 0.6 * around.y)
            }),
          .polygon([Point(-0.2, 0), Point(-1, -0.55), Point(-0.8, 0), Point(-1, 0.55)]),
        ],
        holes: [.disc(Point(0.62, -0.12), radius: 0.1)])
    case .tree:
      .polygon([
        (0, -1.05), (0.5, -0.3), (0.28, -0.3), (0.8, 0.5), (0.17, 0.5), (0.17, 0.95),
        (-0.17, 0.95), (-0.17, 0.5), (-0.8, 0.5), (-0.28, -0.3), (-0.5, -0.3),
      ])
    }
  }
}

extension SceneOutline {
  fileprivate static func polygon(_ corners: [(Double, Double)]) -> SceneOutline {
    SceneOutline(parts: [.polygon(corners.map { Point($0, $1) })])
  }
}
