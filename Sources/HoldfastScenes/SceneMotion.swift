import HoldfastCore

/// The position of a moving shape.
struct ScenePose {
  /// The way gone, in parts of the picture's side.
  var shift: Point
  /// The turn, clockwise, in degrees.
  var turn: Double
  /// The factor by which the shape grows; 1 when it keeps its size.
  var zoom: Double
}

/// The way of a shape while it is watched: along an arc, turning, nearing or receding.
///
/// Half-way through, the shape is at the scene's position.
struct SceneMotion {
  private let heading: Double
  private let way: Double
  private let bend: Double
  private let turn: Double
  private let growth: Double

  /// A motion over `way` sides, in an arc that turns by up to `bend` degrees, with a turn of the
  /// shape by up to `turn` degrees and a growth by up to `growth` octaves.
  init(
    way: ClosedRange<Double>, bend: ClosedRange<Double>, turn: Double, growth: Double,
    random: inout SplitMix64
  ) {
    heading = random.number(in: -180...180)
    self.way = random.number(in: way)
    let side = random.integer(in: 0...1) == 0 ? -1.0 : 1
    self.bend = side * random.number(in: bend)
    self.turn = random.number(in: -turn...turn)
    self.growth = random.number(in: -growth...growth)
  }

  /// The pose at a time, from 0 at the start to 1 at the end.
  func pose(at time: Double) -> ScenePose {
    let part = time - 0.5
    // A chord of the arc from its middle points half the turned angle away.
    let chord = Point(degrees: heading + bend * part / 2, radius: way * part)
    return ScenePose(shift: chord, turn: turn * part, zoom: powerOfTwo(growth * part))
  }
}
