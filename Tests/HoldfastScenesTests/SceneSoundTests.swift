import Testing

@testable import HoldfastScenes

@Suite("Scenes as sounds")
struct SceneSoundTests {
  let generator = SceneGenerator(seed: 0)

  @Test("The sound has the length asked for, within [-1, 1], and is louder for larger shapes")
  func range() throws {
    var peaks: [SceneSize: [Float]] = [:]
    for index in 0..<60 {
      let scene = generator.scene(.train, index)
      let wave = try SceneSound.render(scene, rate: 8000, seconds: 0.5)
      #expect(wave.rate == 8000 && wave.samples.count == 4000)
      let peak = wave.samples.reduce(0) { max($0, abs($1)) }
      #expect((0.1...1).contains(peak))
      peaks[scene.size, default: []].append(peak)
    }
    func mean(_ size: SceneSize) -> Float {
      let values = peaks[size] ?? []
      return values.reduce(0, +) / Float(values.count)
    }
    #expect(mean(.small) < mean(.medium) - 0.1)
    #expect(mean(.medium) < mean(.large) - 0.1)
  }

  @Test("The colour is the register: later colours sound higher")
  func register() throws {
    func pitch(_ color: SceneColor) throws -> Int {
      let scene = SceneDescription(
        shape: .circle, color: color, texture: .solid, backgroundColor: .white, seed: 1)
      let middle = try SceneSound.render(scene, rate: 8000, seconds: 0.5).samples[1600..<2400]
      return zip(middle, middle.dropFirst()).count { ($0 < 0) != ($1 < 0) }
    }
    #expect(try pitch(.red) < pitch(.yellow))
    #expect(try pitch(.yellow) < pitch(.purple))
    #expect(try pitch(.purple) < pitch(.black))
  }

  @Test("Shapes differ in sound, yet a coarse spectrum alone does not tell them apart")
  func separability() throws {
    func spectra(_ split: SceneSplit, _ indexes: Range<Int>) throws -> [[UInt8]] {
      try indexes.map {
        coarseSpectrum(try SceneSound.render(generator.scene(split, $0), rate: 8000, seconds: 0.5))
      }
    }
    let accuracy = try nearestNeighbourAccuracy(
      train: spectra(.train, 0..<300), trainLabels: (0..<300).map { $0 % 20 },
      test: spectra(.evaluation, 0..<100), testLabels: (0..<100).map { $0 % 20 })
    #expect((0.15...0.6).contains(accuracy), "\(accuracy)")
  }

  /// Levels in 12 bands and 10 stretches of time, as bytes.
  private func coarseSpectrum(_ wave: SceneWaveform) -> [UInt8] {
    let stretch = wave.samples.count / 10
    return (0..<10).flatMap { part in
      (0..<12).map { band in
        let step = UInt32(Double(band * band + 3) * 25 / Double(wave.rate) * 0x1p32)
        var (sine, cosine): (Float, Float) = (0, 0)
        var phase: UInt32 = 0
        for sample in wave.samples[part * stretch..<(part + 1) * stretch] {
          sine += sample * SineTable.value(phase: phase)
          cosine += sample * SineTable.value(phase: phase &+ 1 << 30)
          phase &+= step
        }
        let level = (sine * sine + cosine * cosine).squareRoot() / Float(stretch)
        return UInt8(min(level.squareRoot() * 512, 255))
      }
    }
  }
}
