import HoldfastCore

/// Films scenes: the shape moves, turns, and nears or recedes before a still background.
///
/// Everything that the description says holds half-way through. The seed decides the motion and,
/// as for pictures, the exact place, the light and the noise, with numbers of the film's own; the
/// light flickers a little from frame to frame.
public enum SceneFilm {
  /// The numbers of frames that `render` accepts.
  public static let lengths = 1...256

  /// The sides, in pixels, that `render` accepts.
  public static let sizes = 16...512

  /// Films a scene in `frames` pictures of `size` times `size` pixels, the same bytes on every
  /// platform.
  ///
  /// More frames show the same motion in smaller steps. Throws if `frames` is outside `lengths` or
  /// `size` outside `sizes`.
  public static func render(
    _ scene: SceneDescription, frames: Int = 8, size: Int = SceneDrawing.recommendedSize
  ) throws(SceneError) -> [SceneImage] {
    try checkSize(size, in: sizes, of: "film")
    guard lengths.contains(frames) else {
      throw SceneError(
        what: "a film of \(frames) frames cannot be made", where: "frames",
        hint: "choose a number from \(lengths.lowerBound) to \(lengths.upperBound)")
    }
    var random = scene.randomness(for: .video)
    let figure = SceneFigure(scene, random: &random)
    let backdrop = SceneBackdrop(scene, random: &random)
    let light = SceneLight(random: &random)
    let motion = SceneMotion(
      way: 0.08...0.22, bend: 0...90, turn: 50, growth: 0.5, random: &random)
    var sensor = SceneSensor(random: &random)

    let pixel = 1 / Double(size)
    func point(_ index: Int) -> Point {
      Point((Double(index % size) + 0.5) * pixel, (Double(index / size) + 0.5) * pixel)
    }
    let ground = (0..<size * size).map { backdrop.color(at: point($0), pixel) }
    let shine = (0..<size * size).map { light.strength(at: point($0)) }
    return (0..<frames).map { frame in
      var pose = motion.pose(at: (Double(frame) + 0.5) / Double(frames))
      pose.zoom *= 0.88
      let moved = figure.moved(by: pose)
      let flicker = random.number(in: 0.96...1.04)
      let rgb = [UInt8](unsafeUninitializedCapacity: size * size * 3) { bytes, count in
        for index in 0..<size * size {
          let surface = moved.paint(over: ground[index], at: point(index), pixel)
          let seen = surface * (shine[index] * flicker)
          bytes[count] = sensor.byte(seen.red)
          bytes[count + 1] = sensor.byte(seen.green)
          bytes[count + 2] = sensor.byte(seen.blue)
          count += 3
        }
      }
      return SceneImage(width: size, height: size, rgb: rgb)
    }
  }
}

/// Refuses sides that cannot be rendered.
func checkSize(
  _ size: Int, in sizes: ClosedRange<Int>, of product: String
) throws(SceneError) {
  guard sizes.contains(size) else {
    throw SceneError(
      what: "a \(product) of \(size) pixels a side cannot be made", where: "size",
      hint: "choose a size from \(sizes.lowerBound) to \(sizes.upperBound) pixels")
  }
}
