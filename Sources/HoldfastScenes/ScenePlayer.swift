import HoldfastCore

/// Adds notes up to one sound.
struct ScenePlayer {
  /// What has been played so far.
  private(set) var samples: [Float]
  /// Samples in a second.
  let rate: Double
  /// The length in seconds.
  let seconds: Double
  private var random: SplitMix64
  /// Samples in which pitch and loudness keep their course: 4 milliseconds.
  private let stretch: Int

  init(rate: Int, seconds: Double, seed: UInt64) {
    samples = [Float](repeating: 0, count: Int(Double(rate) * seconds))
    self.rate = Double(rate)
    self.seconds = seconds
    random = SplitMix64(seed: seed)
    stretch = rate / 250
  }

  /// Plays one note.
  mutating func play(_ note: SceneNote, _ delivery: SceneDelivery) {
    switch note.source {
    case .tones(let partials):
      play(note, delivery, with: SceneTones(partials, rate: rate, seed: random.next()))
    case .noise(let width):
      play(note, delivery, with: SceneBand(width, rate: rate, seed: random.next()))
    }
  }

  private mutating func play(
    _ note: SceneNote, _ delivery: SceneDelivery, with source: some SceneSoundSource
  ) {
    var source = source
    let first = max(Int(note.start * Double(samples.count)), 0)
    let last = min(Int((note.start + note.length) * Double(samples.count)), samples.count)
    let length = max(note.length, 1e-6)
    var level: Float = 0
    var begin = first
    samples.withUnsafeMutableBufferPointer { samples in
      while begin < last {
        let end = min(begin + stretch, last)
        let time = Double(end) / Double(samples.count)
        let part = (time - note.start) / length
        var loudness = note.loudness.value(at: part)
        loudness *= delivery.tremolo(at: time, seconds: time * seconds)
        if let halfLife = note.halfLife { loudness *= powerOfTwo(-(time - note.start) / halfLife) }
        if end == last { loudness = 0 }
        let swing = SineTable.value(turns: note.swings.value(at: part))
        let pitch = note.pitch.value(at: part) + note.vibrato.value(at: part) * swing
        source.tune(to: delivery.frequency(pitch, at: time), part: part)
        let rise = (Float(loudness) - level) / Float(end - begin)
        for index in begin..<end {
          level += rise
          samples[index] += level * source.next()
        }
        level = Float(loudness)
        begin = end
      }
    }
  }

  /// Takes the edge off what has been played.
  mutating func muffle(_ dullness: Double) {
    let keep = Float(dullness)
    var last: Float = 0
    for index in samples.indices {
      last = samples[index] + keep * (last - samples[index])
      samples[index] = last
    }
  }

  /// Makes what has been played as loud as `peak`.
  mutating func level(to peak: Double) {
    let loudest = samples.reduce(0) { max($0, abs($1)) }
    guard loudest > 0 else { return }
    let factor = Float(peak) / loudest
    for index in samples.indices { samples[index] *= factor }
  }

  /// Adds what `sample` says for each time, in seconds.
  mutating func add(_ sample: (_ time: Double) -> Double) {
    for index in samples.indices { samples[index] += Float(sample(Double(index) / rate)) }
  }
}

/// The source of a note's sound.
protocol SceneSoundSource {
  /// Takes a frequency, in hertz, at a part of the note.
  mutating func tune(to frequency: Double, part: Double)
  /// The next sample, about in [-1, 1].
  mutating func next() -> Float
}

/// Sine waves.
private struct SceneTones: SceneSoundSource {
  private let partials: [SceneNote.Partial]
  private let rate: Double
  private var waves: [Wave]

  private struct Wave {
    var phase: UInt32
    var step: UInt32 = 0
    var level: Float = 0
  }

  init(_ partials: [SceneNote.Partial], rate: Double, seed: UInt64) {
    self.partials = partials
    self.rate = rate
    var random = SplitMix64(seed: seed)
    waves = partials.map { _ in Wave(phase: UInt32(truncatingIfNeeded: random.next())) }
  }

  mutating func tune(to frequency: Double, part: Double) {
    for index in waves.indices {
      let turns = min(frequency * partials[index].ratio / rate, 0.5)
      waves[index].step = UInt32(turns * 0x1p32)
      // What lies too high for the rate fades out.
      waves[index].level = Float(partials[index].level * min(max((0.48 - turns) * 20, 0), 1))
    }
  }

  mutating func next() -> Float {
    var sum: Float = 0
    for index in waves.indices {
      waves[index].phase &+= waves[index].step
      sum += waves[index].level * SineTable.value(phase: waves[index].phase)
    }
    return sum
  }
}

/// Noise in a band: a state-variable filter.
///
/// Source: Zavalishin, "The Art of VA Filter Design", chapter 4, the topology-preserving form.
private struct SceneBand: SceneSoundSource {
  private let width: SceneCurve
  private let rate: Double
  private var random: SplitMix64
  private var (a, b, c, gain) = (0.0, 0.0, 0.0, 0.0)
  private var (first, second) = (0.0, 0.0)

  init(_ width: SceneCurve, rate: Double, seed: UInt64) {
    self.width = width
    self.rate = rate
    random = SplitMix64(seed: seed)
  }

  mutating func tune(to frequency: Double, part: Double) {
    let (sine, cosine) = sineAndCosine(degrees: 180 * min(frequency / rate, 0.45))
    let slope = sine / cosine
    let band = powerOfTwo(width.value(at: part))
    let damping = (band - 1) / band.squareRoot()
    a = 1 / (1 + slope * (slope + damping))
    b = slope * a
    c = slope * b
    gain = damping.squareRoot()
  }

  mutating func next() -> Float {
    let input = random.gaussian() - second
    let band = a * first + b * input
    let low = second + b * first + c * input
    first = 2 * band - first
    second = 2 * low - second
    return Float(band * gain)
  }
}

/// One turn of the sine, in a table with straight lines in between.
enum SineTable {
  private static let bits: UInt32 = 11
  private static let table: [Float] = (0...1 << bits).map {
    Float(sineAndCosine(degrees: 360 * Double($0) / Double(1 << bits)).sine)
  }

  /// The sine of a phase whose 2³² steps are one turn.
  static func value(phase: UInt32) -> Float {
    table.withUnsafeBufferPointer { table in
      let index = Int(phase >> (32 - bits))
      let rest = Float(phase << bits) * 0x1p-32
      return table[index] + (table[index + 1] - table[index]) * rest
    }
  }

  /// The sine of a number of turns.
  static func value(turns: Double) -> Double {
    let part = turns - turns.rounded(.down)
    return Double(value(phase: UInt32(min(part, 1 - 0x1p-32) * 0x1p32)))
  }
}
