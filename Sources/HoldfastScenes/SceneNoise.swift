import HoldfastCore

/// What is heard besides the shape: the noise of the background, and short blips.
struct SceneNoise {
  private let pattern: SceneBackground
  private let darkness: Double
  private let strength: Double
  private let direction: Double
  private let hum: Double
  private let blips: [Blip]
  private let seed: UInt64

  private struct Blip {
    static let length = 0.06

    let start: Double
    let hertz: Double
    let loudness: Double
  }

  init(_ scene: SceneDescription, random: inout SplitMix64) {
    pattern = scene.background
    darkness = 0.09 * Double(scene.backgroundColor.index)
    strength = random.number(in: 0.02...0.14)
    direction = random.integer(in: 0...1) == 0 ? -1 : 1
    hum = random.number(in: 90...130)
    let count = random.integer(in: 0...3)
    blips = (0..<count).map { _ in
      Blip(
        start: random.unit(), hertz: 300 * powerOfTwo(random.number(in: 0...3)),
        loudness: random.number(in: 0.1...0.3))
    }
    seed = random.next()
  }

  /// Adds the noise to a sound whose loudest sample is `loudness`.
  func add(to player: inout ScenePlayer, loudness: Double) {
    var random = SplitMix64(seed: seed)
    // Brings what the filter lets through back to variance 1.
    let gain = ((1 + darkness) / (1 - darkness)).squareRoot() * strength * loudness
    let clicksPerSample = 80 / player.rate
    let length = player.seconds
    var (last, click) = (0.0, 0.0)
    player.add { time in
      let white = random.gaussian()
      last = white + darkness * (last - white)
      var sample = last * gain
      switch pattern {
      case .plain: break
      case .gradient: sample *= 1.2 + direction * (2 * time / length - 1)
      case .grainy:
        click = random.unit() < clicksPerSample ? white : 0.8 * click
        sample = 0.6 * sample + 2.5 * click * gain
      case .lined:
        let wave = SineTable.value(turns: hum * time) + 0.6 * SineTable.value(turns: 3 * hum * time)
        sample = 0.7 * sample + wave * strength * loudness
      }
      for blip in blips {
        let part = (time - blip.start * length) / Blip.length
        guard part > 0, part < 1 else { continue }
        let wave = SineTable.value(turns: blip.hertz * part * Blip.length)
        sample += loudness * blip.loudness * 4 * part * (1 - part) * wave
      }
      return sample
    }
  }
}
