/// One part of a sound: when it is heard, at what pitch, how loud, and what sounds.
///
/// Times are parts of the whole sound; pitches are semitones above the register of the scene.
struct SceneNote: Sendable {
  /// The kind of sound.
  enum Source: Sendable {
    /// Sine waves: the frequency of each as a multiple of the note's, and its level.
    case tones([Partial])
    /// Noise in a band around the note's pitch; the width is in octaves.
    case noise(width: SceneCurve)
  }

  /// One sine wave of a tone.
  struct Partial: Sendable {
    let ratio: Double
    let level: Double
  }

  var start: Double
  var length: Double
  var source: Source
  var pitch: SceneCurve = 0.0
  var loudness: SceneCurve = 1.0
  /// The time in which the note falls to half its loudness, besides `loudness`; nil if it does not
  /// decay.
  var halfLife: Double?
  /// The swing of the pitch to either side, in semitones.
  var vibrato: SceneCurve = 0.0
  /// How often the pitch has swung, counted from the start of the note.
  var swings: SceneCurve = [0, 6]
}

extension SceneNote.Source {
  /// One sine wave.
  static let pure = tones(levels: [1])
  /// A mellow tone.
  static let soft = tones(levels: [1, 0.35, 0.1])
  /// Every other harmonic, as of a clarinet or a square wave.
  static let hollow = tones(levels: [1, 0, 0.5, 0, 0.33, 0, 0.25])
  /// All harmonics, as of a bowed string.
  static let bowed = tones(levels: [1, 0.6, 0.45, 0.35, 0.28, 0.22, 0.18])
  /// A major chord.
  static let chord = tones(ratios: [1, 1.26, 1.498, 2], levels: [1, 0.9, 0.9, 0.6])
  /// A bell's partials, out of harmony.
  static let bell = tones(
    ratios: [0.56, 0.92, 1.19, 1.71, 2, 2.74, 3.76], levels: [0.6, 0.7, 0.5, 0.8, 0.5, 0.5, 0.35])
  /// A struck bar's partials.
  static let bar = tones(ratios: [1, 2.76, 5.4], levels: [1, 0.5, 0.25])

  private static func tones(ratios: [Double]? = nil, levels: [Double]) -> SceneNote.Source {
    .tones(
      levels.enumerated().compactMap { index, level in
        level > 0 ? .init(ratio: ratios?[index] ?? Double(index + 1), level: level) : nil
      })
  }
}
