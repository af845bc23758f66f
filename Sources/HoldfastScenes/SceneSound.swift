import HoldfastCore

/// A sound as samples, one channel.
public struct SceneWaveform: Hashable, Sendable {
  /// Samples in a second.
  public let rate: Int
  /// The samples, in [-1, 1].
  public let samples: [Float]
}

/// Plays scenes.
///
/// The shape decides what is played, a sound as of an instrument or of something that happens. The
/// other attributes vary how it is played: the colour is the register, the texture a tremolo, the
/// size the loudness, the column the time at which it begins, the row how muffled it is (lower is
/// duller), the tilt a slide of the pitch; the background is a second, unsteady noise, the colour
/// behind the shape how dark that noise is. The seed decides exact pitch, tempo, loudness and
/// noise, and adds up to three short blips from elsewhere.
public enum SceneSound {
  /// The rates, in samples a second, that `render` accepts.
  public static let rates = 8000...48_000

  /// The lengths, in seconds, that `render` accepts.
  public static let lengths = 0.25...10

  /// Plays a scene for a number of seconds, the same samples on every platform.
  ///
  /// A longer sound is the same one, slower. Throws if `rate` is outside `rates` or `seconds`
  /// outside `lengths`.
  public static func render(
    _ scene: SceneDescription, rate: Int = 16_000, seconds: Double = 1
  ) throws(SceneError) -> SceneWaveform {
    guard rates.contains(rate) else {
      throw SceneError(
        what: "a sound of \(rate) samples a second cannot be made", where: "rate",
        hint: "choose a rate from \(rates.lowerBound) to \(rates.upperBound) samples a second")
    }
    guard lengths.contains(seconds) else {
      throw SceneError(
        what: "a sound of \(seconds) seconds cannot be made", where: "seconds",
        hint: "choose a length from \(lengths.lowerBound) to \(lengths.upperBound) seconds")
    }
    var random = scene.randomness(for: .audio)
    let delivery = SceneDelivery(scene, random: &random)
    let notes = scene.shape.notes(random: &random).map(delivery.placed)

    var player = ScenePlayer(rate: rate, seconds: seconds, seed: random.next())
    for note in notes { player.play(note, delivery) }
    player.muffle(delivery.dullness)
    player.level(to: delivery.loudness)
    SceneNoise(scene, random: &random).add(to: &player, loudness: delivery.loudness)
    return SceneWaveform(rate: rate, samples: player.samples.map { min(max($0, -1), 1) })
  }
}

/// How a scene's notes are played.
struct SceneDelivery {
  /// The loudest sample, without noise.
  let loudness: Double
  /// From 0, clear, to nearly 1: the share of each sample that is left of the one before.
  let dullness: Double
  private let register: Double
  private let slide: Double
  private let begin: Double
  private let span: Double
  private let texture: SceneTexture
  private let flutter: Double
  private let flutterStart: Double

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    register = 2.4 * Double(scene.color.index) - 11 + random.number(in: -1.5...1.5)
    slide = Double(min(max(scene.tilt, -90), 90)) / 10
    span = random.number(in: 0.55...0.88)
    let spare = 1 - span
    begin =
      spare * (0.5 + 0.3 * Double(scene.position.column) + random.number(in: -0.2...0.2))
    dullness = 0.2 + 0.2 * Double(scene.position.row)
    loudness =
      switch scene.size {
      case .small: random.number(in: 0.15...0.25)
      case .medium: random.number(in: 0.32...0.45)
      case .large: random.number(in: 0.6...0.8)
      }
    texture = scene.texture
    flutter = random.number(in: 0.9...1.1)
    flutterStart = random.unit()
  }

  /// A note of the shape at its time in the whole sound.
  func placed(_ note: SceneNote) -> SceneNote {
    var note = note
    note.start = begin + span * note.start
    note.length *= span
    note.halfLife = note.halfLife.map { $0 * span }
    return note
  }

  /// The frequency, in hertz, of a pitch at a time of the sound.
  func frequency(_ pitch: Double, at time: Double) -> Double {
    330 * powerOfTwo((register + pitch + slide * (time - 0.5)) / 12)
  }

  /// The tremolo, from 0 to 1, at a time in parts of the sound and in seconds.
  func tremolo(at time: Double, seconds: Double) -> Double {
    func swing(_ hertz: Double) -> Double {
      SineTable.value(turns: hertz * flutter * seconds + flutterStart)
    }
    switch texture {
    case .solid: return 1
    case .striped: return 0.72 + 0.28 * swing(11)
    case .dotted: return swing(22) > -0.2 ? 1 : 0.3
    case .checkered: return 0.65 + 0.35 * swing(43)
    case .shaded: return 1 - 0.7 * time
    }
  }
}
