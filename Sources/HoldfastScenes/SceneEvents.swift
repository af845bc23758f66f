import HoldfastCore

/// Changes of brightness, as an event camera reports them, in order of time.
public struct SceneEventStream: Hashable, Sendable {
  /// Pixels in a row of the sensor.
  public let width: Int
  /// Rows of the sensor.
  public let height: Int
  /// The column of each event.
  public let x: [UInt16]
  /// The row of each event, from the top.
  public let y: [UInt16]
  /// The time of each event, in microseconds from the start.
  public let time: [Int64]
  /// Whether it became brighter (true) or darker.
  public let polarity: [Bool]

  /// The number of events.
  public var count: Int { time.count }
}

/// Watches scenes with an event camera.
///
/// The shape moves along a short arc before a still background. A pixel reports an event whenever
/// its brightness has changed by a threshold, which differs a little from pixel to pixel. The
/// colours decide how strong and of which sign the changes are, the texture, size, place and tilt
/// are as in pictures. The background decides what else is reported: stray events everywhere, more
/// of them on one side, pixels that keep firing, or flickering lines. The seed decides motion,
/// threshold and noise, with numbers of its own.
public enum SceneEvents {
  /// The sides of the sensor, in pixels, that `render` accepts.
  public static let sizes = 16...256

  /// How long the camera watches, in microseconds.
  public static let duration: Int64 = 100_000

  /// The moments at which the scene is looked at; in between, brightness changes steadily.
  private static let steps = 20

  /// Watches a scene with a sensor of `size` times `size` pixels, the same events on every platform.
  ///
  /// Mostly 1,000 to 10,000 events at 64 pixels a side. Throws if `size` is outside `sizes`.
  public static func render(
    _ scene: SceneDescription, size: Int = 64
  ) throws(SceneError) -> SceneEventStream {
    try checkSize(size, in: sizes, of: "sensor")
    var random = scene.randomness(for: .event)
    let figure = SceneFigure(scene, random: &random)
    let motion = SceneMotion(
      way: 0.07...0.14, bend: 80...200, turn: 14, growth: 0.1, random: &random)
    let contrasts = SceneContrasts(scene)
    var pixels = SceneEventPixels(
      size: size, threshold: random.number(in: 0.1...0.17), seed: random.next())

    let pixel = 1 / Double(size)
    var seen = [Float](repeating: 0, count: size * size)
    for step in 0...steps {
      let moved = figure.moved(by: motion.pose(at: Double(step) / Double(steps)))
      for row in 0..<size {
        for column in 0..<size {
          let point = Point((Double(column) + 0.5) * pixel, (Double(row) + 0.5) * pixel)
          let (cover, second) = moved.tones(at: point, pixel)
          seen[row * size + column] = Float(cover * contrasts.contrast(second))
        }
      }
      pixels.see(seen, at: step, of: steps)
    }
    let noise = SceneEventNoise(scene, size: size, random: &random)
    for _ in 0..<noise.count { pixels.report(noise.event(random: &random)) }
    return pixels.stream()
  }
}

/// How far the two tones of a shape stand out from the ground: above 0 if they are brighter.
private struct SceneContrasts {
  private let first: Double
  private let second: Double

  init(_ scene: SceneDescription) {
    let ground = scene.backgroundColor.rgb
    first = Self.contrast(scene.color.rgb, ground)
    second = Self.contrast(scene.color.secondTone, ground)
  }

  func contrast(_ amountOfSecond: Double) -> Double {
    first + (second - first) * amountOfSecond
  }

  /// The contrast of colours, so that no two that look different are alike to the sensor.
  private static func contrast(_ color: RGB, _ ground: RGB) -> Double {
    func luma(_ color: RGB) -> Double {
      0.299 * color.red + 0.587 * color.green + 0.114 * color.blue
    }
    return luma(color) < luma(ground) ? -color.contrast(to: ground) : color.contrast(to: ground)
  }
}
