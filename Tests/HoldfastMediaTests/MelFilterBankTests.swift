import Foundation
import HoldfastMedia
import HoldfastTensor
import Testing

@Suite("Mel filter banks")
struct MelFilterBankTests {
  /// The chirp without its mean: `(1, n)`.
  func waveform(_ count: Int) throws -> Tensor {
    let x = try Tensor(chirp(count).map { Float($0) }, [1, count])
    return try x - x.mean()
  }

  @Test("Values and gradients are torchaudio's")
  func torchaudio() throws {
    let goldens = try SoundGoldens.read()
    for golden in goldens.banks {
      let name = golden.testDescription
      let bank = try MelFilterBank(rate: golden.rate, mels: golden.mels)
      let x = try waveform(golden.samples)
      let mel = try bank(x).select(0, 0)
      expectPicked(
        try mel.doubles(), shape: mel.shape, golden.float32,
        tolerance: try goldens.tolerance("float32"), name)

      let leaf = try x.to(.float64).leaf()
      let exact = try bank(leaf).select(0, 0)
      expectPicked(
        try exact.doubles(), shape: exact.shape, golden.float64,
        tolerance: try goldens.tolerance("float64"), "\(name) in float64")
      let slope = try gradient(of: exact.squared().sum(), withRespectTo: leaf)
      expectPicked(
        try slope.doubles(), shape: slope.shape, golden.gradient,
        ratio: try goldens.tolerance("gradient"), "the gradient of \(name)")
    }
  }

  /// The values of appendix A of the specification.
  @Test(
    "The published values",
    arguments: [
      (
        128, [-3.4945, -9.8506, -6.4072, -15.9424, -5.0419, -8.0207],
        [0.5334, -0.0743, 0.9793, 1.1327], 0.3122
      ),
      (
        112, [-3.627, -7.294, -6.8853, -5.5409, -5.8545, -6.1964],
        [1.5682, 1.2121, 0.9217, 0.409], 0.5699
      ),
    ])
  func published(mels: Int, first: [Double], middle: [Double], mean: Double) throws {
    let mel = try MelFilterBank(mels: mels)(waveform(16000))
    #expect(mel.shape == [1, 98, mels])
    let rows = try mel.select(0, 0)
    let found = try rows.select(0, 0).doubles()
    #expect(zip(found, first).allSatisfy { abs($0 - $1) <= 2e-3 }, "\(found.prefix(6))")
    let later = Array(try rows.select(0, 50).doubles()[60..<64])
    #expect(zip(later, middle).allSatisfy { abs($0 - $1) <= 2e-3 }, "\(later)")
    #expect(abs(try mel.mean().item() - mean) <= 2e-3)
  }

  @Test("Rows of a batch do not depend on each other")
  func batches() throws {
    let bank = try MelFilterBank(mels: 40)
    let one = try waveform(1600)
    let other = try one.flipped([1])
    let both = try bank(.concatenating([one, other], 0))
    let difference = try (both.slice(0, 1..<2) - bank(other)).absolute().max().item()
    #expect(difference <= 1e-4)
  }

  @Test(
    "Frames are those that lie within the samples",
    arguments: [(0, 0), (1, 0), (399, 0), (400, 1), (559, 1), (560, 2), (16000, 98)])
  func frames(samples: Int, frames: Int) throws {
    let bank = try MelFilterBank(mels: 23)
    #expect(bank.frames(in: samples) == frames)
    #expect(try bank(.zeros([2, samples])).shape == [2, frames, 23])
    if frames > 0 { #expect(bank.frames(in: bank.samples(of: frames)) == frames) }
  }

  @Test("Silence is at the floor, and no gradient comes from there")
  func silence() throws {
    let bank = try MelFilterBank(mels: 64)
    let leaf = try Tensor.zeros([1, 1000]).leaf()
    let mel = try bank(leaf)
    #expect(abs(try mel.max().item() + 15.9424) < 1e-4)
    #expect(try mel.max().item() == mel.min().item())
    #expect(abs(Double(MelFilterBank.floor) - (try mel.max().item())) < 1e-5)
    let slope = try gradient(of: mel.sum(), withRespectTo: leaf)
    #expect(try slope.absolute().max().item() == 0)
  }

  /// The waveform that follows the signs of its own gradient only gets louder.
  @Test("No waveform within [-1, 1] is above the ceiling, and the loudest come near")
  func ceiling() throws {
    for mels in [23, 128] {
      let bank = try MelFilterBank(mels: mels)
      let ceiling = Double(try bank.ceiling)
      var generator = Generator(seed: 1, stream: "ceiling")
      var loudest = -Double.infinity
      for mel in [0, mels / 2, mels - 1] {
        var x = try generator.uniform([1, 400]) * 2 - 1
        for _ in 0..<20 {
          let leaf = try x.leaf()
          let energy = try bank(leaf).select(2, mel).sum()
          loudest = max(loudest, try energy.item())
          x = try gradient(of: energy, withRespectTo: leaf).sign()
        }
      }
      #expect(loudest <= ceiling)
      #expect(loudest > ceiling - 1, "\(loudest) is far below \(ceiling)")
    }
  }

  @Test("Sizes that cannot be are refused", arguments: [(16000, 3), (16000, 5000), (10, 40)])
  func refused(rate: Int, mels: Int) {
    #expect(throws: MediaError.self) { try MelFilterBank(rate: rate, mels: mels) }
  }

  @Test func shapesThatDoNotFitAreAnError() throws {
    let bank = try MelFilterBank(mels: 40)
    let error = #expect(throws: TorchError.self) { try bank(.zeros([1000])) }
    #expect(error?.code == .shape)
  }
}
