import Foundation
import HoldfastMedia
import HoldfastTensor
import Testing

@Suite("Sounds as models take them")
struct SoundPreprocessorTests {
  func sound(_ golden: SoundGoldens.Preparation) throws -> Sound {
    try Sound(
      rate: golden.rate,
      channels: (1...golden.channels).map { sixteenBitChirp(golden.samples, step: $0) })
  }

  @Test("ImageBind and LanguageBind hear what their own code makes")
  func upstream() throws {
    let goldens = try SoundGoldens.read()
    let tolerance = try goldens.tolerance("float32")
    for golden in goldens.preparations {
      let medium = MediaSource.medium(.sound(try sound(golden)))
      let cases: [(SoundPreprocessor, SoundGoldens.Picked, [Int])] = [
        (.imageBind(), golden.imageBind, [3, 1, 128, 204]),
        (.languageBind(), golden.languageBind, [3, 112, 1036]),
        (.languageBind(mels: 64, frames: 123), golden.languageBindShort, [3, 64, 123]),
      ]
      for (preprocessor, expected, shape) in cases {
        let input = try preprocessor.prepare(medium)
        #expect(input.shape == shape && preprocessor.outputShape == shape)
        expectPicked(
          input.values.map(Double.init), shape: input.shape, expected, tolerance: tolerance,
          golden.testDescription)
        let range = try preprocessor.range
        let isLegal = input.values.allSatisfy(range.contains)
        #expect(isLegal)
      }
    }
  }

  @Test("A file, its bytes and its samples are prepared alike")
  func sources() throws {
    let sound = try Sound(rate: 8000, channels: [sixteenBitChirp(6000)])
    let bytes = try encodeWAV(sound)
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).wav")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let preprocessor = SoundPreprocessor.clip(seconds: 1, mels: 40)
    let input = try preprocessor.prepare(.medium(.sound(sound)))
    #expect(input.shape == [1, 40, 98])
    #expect(try preprocessor.prepare(.bytes(bytes, name: "a.wav")) == input)
    #expect(try preprocessor.prepare(.file(file.path)) == input)
  }

  @Test("The front end on a prepared waveform gives the prepared spectrogram")
  func spaces() throws {
    // As long as each one's clips, so that nothing is cut or repeated.
    let cases: [(SoundPreprocessor, Int)] = [
      (.imageBind(), 96000), (.languageBind(mels: 40, frames: 100), 16240),
      (.clip(seconds: 1, mels: 40, frames: 110), 12000),
    ]
    for (preprocessor, count) in cases {
      let sound = try Sound(rate: 16000, channels: [sixteenBitChirp(count)])
      let direct = try preprocessor.prepare(.medium(.sound(sound)))
      let other = preprocessor.onWaveform()
      let waveform = try other.prepare(.medium(.sound(sound)))
      let frontEnd = try SoundFrontEnd(other)
      #expect(waveform.shape == [frontEnd.samples] && other.outputShape == waveform.shape)
      let mel = try frontEnd(Tensor(waveform.values, [1, frontEnd.samples]))
      #expect(mel.shape == [1] + direct.shape && frontEnd.outputShape == direct.shape)
      let found = try mel.array(of: Float.self)
      let worst = zip(found, direct.values).map { abs($0 - $1) }.max() ?? 1
      #expect(worst < 1e-3, "\(worst)")
    }
  }

  @Test("Waveforms are cut, repeated or followed by silence")
  func lengths() throws {
    let sound = try Sound(rate: 16000, channels: [sixteenBitChirp(1000), sixteenBitChirp(1000)])
    let medium = MediaSource.medium(.sound(sound))
    let samples = sound.channels[0]
    let repeated = try SoundPreprocessor.imageBind().onWaveform(samples: 2500).prepare(medium)
    #expect(repeated.values == Array((samples + samples + samples).prefix(2500)))
    let cut = try SoundPreprocessor.languageBind().onWaveform(samples: 450).prepare(medium)
    #expect(cut.values == Array(samples.prefix(450)))
    let padded = try SoundPreprocessor.clip(seconds: 0.1, mels: 40).onWaveform().prepare(medium)
    #expect(padded.values == samples + [Float](repeating: 0, count: 600))
    #expect(SoundPreprocessor.imageBind().onWaveform().outputShape == [96000])
    #expect(SoundPreprocessor.languageBind().onWaveform().outputShape == [166_000])
  }

  @Test("Seeded chunks repeat, stay within their ranges, and differ between sounds")
  func seeded() throws {
    // A tone that rises, so that the place of a chunk shows in it.
    func rising(_ phase: Double) throws -> MediaSource {
      let samples = (0..<48000).map { Float(0.5 * sin(phase + 1e-5 * Double($0) * Double($0))) }
      return .medium(.sound(try Sound(rate: 16000, channels: [samples])))
    }
    let fixed = SoundPreprocessor.languageBind(mels: 40, frames: 50)
    let seeded = SoundPreprocessor.languageBind(mels: 40, frames: 50, seed: 1)
    let other = SoundPreprocessor.languageBind(mels: 40, frames: 50, seed: 2)
    let medium = try rising(0)
    let first = try seeded.prepare(medium)
    #expect(try seeded.prepare(medium) == first)
    #expect(try fixed.prepare(medium) != first)
    #expect(try other.prepare(medium) != first)
    #expect(try seeded.prepare(rising(0.5)) != first)
  }

  @Test("The range begins at silence and is that of the space")
  func ranges() throws {
    let silence = try Sound(rate: 16000, channels: [.init(repeating: 0, count: 100_000)])
    for preprocessor in [
      SoundPreprocessor.imageBind(), .languageBind(), .clip(seconds: 1, mels: 64),
    ] {
      let range = try preprocessor.range
      let input = try preprocessor.prepare(.medium(.sound(silence)))
      #expect(abs((input.values.min() ?? 0) - range.lowerBound) < 1e-5)
      let isLegal = input.values.allSatisfy(range.contains)
      #expect(isLegal)
      #expect(try preprocessor.onWaveform().range == -1...1)
      #expect(preprocessor.unit == "normalised mel")
      #expect(preprocessor.onWaveform().unit == "waveform amplitude")
    }
  }

  @Test("A sound shorter than a frame is refused, unless silence may follow")
  func tooShort() throws {
    let sound = try Sound(rate: 16000, channels: [[0.5]])
    let bytes = try encodeWAV(sound)
    for preprocessor in [SoundPreprocessor.imageBind(), .languageBind()] {
      let error = try #require(throws: MediaError.self) {
        try preprocessor.prepare(.bytes(bytes, name: "click.wav"))
      }
      #expect(error.file == "click.wav" && error.what.contains("1 samples at 16000 Hz"))
      #expect(try preprocessor.onWaveform().prepare(.bytes(bytes, name: "a")).values.count > 400)
    }
    let clip = try SoundPreprocessor.clip(seconds: 1, mels: 40).prepare(.bytes(bytes, name: "a"))
    #expect(clip.values.count == 40 * 98)
  }

  @Test("Samples too large for a spectrogram, and pictures, are refused")
  func refused() throws {
    let loud = try encodeWAV(
      Sound(rate: 16000, channels: [[Float](repeating: 1, count: 999) + [1e30]]), as: .float32)
    let preprocessor = SoundPreprocessor.clip(seconds: 1, mels: 40)
    let error = try #require(throws: MediaError.self) {
      try preprocessor.prepare(.bytes(loud, name: "loud.wav"))
    }
    #expect(error.file == "loud.wav" && error.what.contains("too large"))
    #expect(throws: MediaError.self) {
      try preprocessor.prepare(.medium(.image(pattern(2, 2))))
    }
    #expect(throws: MediaError.self) {
      try ImagePreprocessor.clip().prepare(
        .medium(.sound(Sound(rate: 8000, channels: [[0]]))))
    }
  }

  @Test("Settings that cannot be a model's are refused")
  func settings() throws {
    let medium = MediaSource.medium(.sound(try Sound(rate: 16000, channels: [[0]])))
    let wrong: [SoundPreprocessor] = [
      .languageBind(mels: 0), .languageBind(frames: 0), .languageBind(frames: .max),
      .languageBind(rate: 0), .languageBind(rate: .max), .clip(seconds: .nan, mels: 40),
      .clip(seconds: 1, mels: 40, rate: .max), .languageBind(frames: .max).onWaveform(),
      .clip(seconds: .infinity, mels: 40).onWaveform(), .languageBind(deviation: 0),
      .languageBind(mean: .nan), .clip(seconds: 0, mels: 40), .clip(seconds: .infinity, mels: 40),
      .clip(seconds: -.infinity, mels: 40),
      .imageBind().onWaveform(samples: 10), .imageBind().onWaveform(samples: .max),
    ]
    for preprocessor in wrong {
      #expect(throws: MediaError.self) { try preprocessor.prepare(medium) }
      #expect(throws: MediaError.self) { try SoundFrontEnd(preprocessor) }
    }
  }

  @Test("The settings survive JSON")
  func coding() throws {
    for preprocessor in [
      SoundPreprocessor.imageBind(), .languageBind(seed: 7),
      .clip(seconds: 0.5, mels: 40).onWaveform(),
    ] {
      let json = try JSONEncoder().encode(preprocessor)
      #expect(try JSONDecoder().decode(SoundPreprocessor.self, from: json) == preprocessor)
    }
  }

  @Test("The gradient through resampling and front end is that of finite differences")
  func gradients() throws {
    let resampler = try Resampler(from: 22050, to: 16000)
    for preprocessor in [
      SoundPreprocessor.imageBind(), .languageBind(mels: 40, frames: 7),
      .clip(seconds: 0.1, mels: 40, frames: 9),
    ] {
      let frontEnd = try SoundFrontEnd(preprocessor)
      var generator = Generator(seed: 5, stream: "front end")
      let x = try generator.normal([2, 1700]).to(.float64) * 0.1
      let shape = [2] + preprocessor.melShape
      let weights = try generator.normal(shape).to(.float64)
      func value(_ x: Tensor) throws -> Tensor {
        try (frontEnd(resampler(x)) * weights).sum()
      }
      let leaf = try x.leaf()
      let slope = try gradient(of: value(leaf), withRespectTo: leaf)
      for _ in 0..<4 {
        let direction = try generator.normal([2, 1700]).to(.float64)
        let exact = try (slope * direction).sum().item()
        let step = 1e-6
        let ahead = try value(x + direction * step).item()
        let behind = try value(x - direction * step).item()
        let difference = (ahead - behind) / (2 * step)
        #expect(abs(exact - difference) <= 1e-5 * (abs(exact) + 1), "\(exact) and \(difference)")
      }
    }
  }
}
