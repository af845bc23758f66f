import HoldfastCore
import HoldfastEncoders
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Encoders behind a front end")
struct FrontEndEncoderTests {
  /// One clip of 0.1 s: 8 frames of 20 mel bins from 1600 samples.
  let preprocessor = SoundPreprocessor.clip(seconds: 0.1, mels: 20)

  @Test func keepsTheContractOfEncoders() throws {
    let encoder = try FrontEndEncoder(
      ToyMel(shape: preprocessor.melShape), behind: SoundFrontEnd(preprocessor))
    #expect(encoder.input == .waveform(samples: 1600))
    #expect(encoder.modality == .audio)
    try checkEncoderContract(encoder)
  }

  @Test func theBaseSeesTheFrontEndsSpectrogram() throws {
    let base = ToyMel(shape: preprocessor.melShape)
    let encoder = try base.bare.onWaveform(preprocessor).encoder
    let frontEnd = try SoundFrontEnd(preprocessor)
    var generator = Generator(seed: 1, stream: "waveform")
    let x = try generator.uniform([2, 1600]) - 0.5
    try expectClose(encoder.embed(x), base.embed(frontEnd(x)), atol: 0)
  }

  @Test func theGradientIsThatOfFiniteDifferences() throws {
    let short = SoundPreprocessor.clip(seconds: 0.03, mels: 12, frames: 2)
    let encoder = try FrontEndEncoder(
      ToyMel(shape: short.melShape), behind: SoundFrontEnd(short))
    var generator = Generator(seed: 2, stream: "waveform")
    let x = try generator.normal([1, encoder.frontEnd.samples]) * 0.1
    try checkLayerGradients(at: x, step: 1e-6, tolerance: 1e-4) { try encoder.embed($0) }
  }

  /// Each clip and each channel has its own way through the network.
  @Test func everySampleThatIsHeardHasAGradient() throws {
    for preprocessor in [
      SoundPreprocessor.imageBind(), .languageBind(mels: 40, frames: 60).onWaveform(samples: 20000),
    ] {
      let encoder = try FrontEndEncoder(
        ToyMel(shape: preprocessor.melShape), behind: SoundFrontEnd(preprocessor))
      var generator = Generator(seed: 3, stream: "waveform")
      let x = try (generator.uniform([1, encoder.frontEnd.samples]) - 0.5).leaf()
      let slope = try gradient(of: encoder.embed(x).squared().sum(), withRespectTo: x)
      #expect(try slope.isFinite().all().item() == 1)
      let reached = try (slope .== 0).not().to(.float32).mean().item()
      #expect(reached > 0.5)
    }
  }

  @Test func sitesAreTheBases() throws {
    let base = ToyMel(shape: preprocessor.melShape)
    let encoder = try base.bare.onWaveform(preprocessor).encoder
    let sited = try #require(encoder.sited)
    #expect(sited.blockCount == 1)
    let x = try Tensor.full(0.1, [1, 1600])
    let replaced = try sited.embed(
      x, sites: Sites([.residual(0): { (_) throws(TorchError) in try .ones([1, 3]) }]))
    #expect(try replaced.array(of: Float.self) == [1, 1, 1])
    #expect(try sited.embed(x).array(of: Float.self) != [1, 1, 1])

    let plain = try ToyEncoder.spectrogram().bare.onWaveform(
      .clip(seconds: 0.2, mels: 6, frames: 10)
    ).encoder
    #expect(plain.sited == nil && !plain.isRandom)
  }

  @Test func aFrontEndOfAnotherShapeIsRefused() throws {
    let base = ToyMel(shape: [1, 20, 9])
    #expect(throws: EncoderError.self) { try base.bare.onWaveform(preprocessor) }
  }

  @Test func picturesAreAttackedAtTheirOwnSize() throws {
    let size = ImageSize(width: 14, height: 11)
    let preprocessor = ImagePreprocessor.clip(size: 8)
    let encoder = try ToyEncoder.image().bare.onPictures(of: size, preprocessor).encoder
    #expect(encoder.input == .pixels(height: 11, width: 14))
    #expect(encoder.modality == .image)
    try checkEncoderContract(encoder)
    let other = ImagePreprocessor.clip(size: 9)
    #expect(throws: EncoderError.self) {
      try ToyEncoder.image().bare.onPictures(of: size, other)
    }
  }

  @Test func theSpacesSayWhatLiesSideBySide() {
    #expect(InputSpec.waveform(samples: 10).patches == .window(axis: 0))
    #expect(InputSpec.waveform(samples: 10).range == -1...1)
    let mel = InputSpec.mel(shape: [3, 1, 128, 204], range: -2...2)
    #expect(mel.patches == .grid(rows: -2, columns: -1, channels: [0]))
    #expect(mel.unit == "normalised mel")
  }
}

extension Encoder {
  /// This encoder as a subject, which front ends go before.
  fileprivate var bare: Subject { Subject(encoder: self, head: nil) }
}

/// A smooth map from spectrograms to three numbers, which differs from place to place.
private struct ToyMel: SitedEncoder {
  let shape: [Int]

  var modality: Modality { .audio }
  var input: InputSpec { .mel(shape: shape, range: nil) }
  var embeddingWidth: Int { 3 }
  var device: Device { .cpu }
  var blockCount: Int { 1 }

  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try sites.value(at: .residual(0)) { () throws(TorchError) in
      let rows = try input.flattenedRows()  // (B, n)
      let places = try Tensor.range(rows.shape[1], dtype: .float64)
      let weights = try Tensor.stacking([
        (places * 0.7).sin(), (places * 0.3).cos(), (places * 1.1).sin(),
      ])
      return try (rows * 0.3).tanh().linear(weights.to(rows.dtype))  // (B, 3)
    }
  }
}
