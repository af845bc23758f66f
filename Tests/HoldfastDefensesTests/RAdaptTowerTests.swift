import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A small random tower of a Bind-style model, of the goldens of encoders.
struct BindPeer: CustomTestStringConvertible, Sendable {
  let folder: String
  let modality: Modality

  var testDescription: String { "\(folder), \(modality.rawValue)" }

  static let gridded =
    ["image", "thermal", "depth", "audio", "audio-ft", "video", "video-v1.5-ft"].map {
      BindPeer(
        folder: "language-bind-\($0)",
        modality: Modality(rawValue: String($0.prefix { $0 != "-" })))
    }
    + [Modality.image, .video, .audio, .thermal, .depth].map {
      BindPeer(folder: "image-bind", modality: $0)
    }

  static let inertial = BindPeer(folder: "image-bind", modality: .inertial)

  func load() throws -> any SitedEncoder {
    let path = Peer.encoderGoldens.appendingPathComponent(folder).path
    guard folder == "image-bind" else { return try loadLanguageBind(at: path).model.vision }
    let file = "\(path)/imagebind_huge.pth"
    return try #require(try loadImageBind(at: file, views: 3).model[modality])
  }
}

@Suite("R-Adapt around the towers of other modalities")
struct RAdaptTowerTests {
  /// A filter that lets everything pass.
  private let open = 1e9

  private func inputs(of tower: any Encoder) throws -> Tensor {
    var generator = Generator(seed: 3, stream: "r-adapt towers")
    return try generator.uniform([2] + tower.input.shape)
  }

  @Test("keeps what every encoder promises", arguments: BindPeer.gridded)
  func contract(peer: BindPeer) throws {
    let tower = try peer.load()
    #expect(tower.modality == peer.modality)
    for defense in [RAdapt(), RAdapt(beta: 0)] {
      try defense.check(tower)
      let fitted = try defense.fit(to: tower, guide: nil)
      try checkEncoderContract(try defense.wrap(tower, fitted: fitted))
    }
  }

  @Test("with an open filter, α = 0 and β = 1, changes nothing", arguments: BindPeer.gridded)
  func identity(peer: BindPeer) throws {
    let tower = try peer.load()
    let defense = RAdapt(alpha: 0, beta: 1, cutoff: open, scaling: .asPrinted)
    let defended = try defense.wrap(tower, fitted: defense.fit(to: tower, guide: nil))
    let x = try inputs(of: tower)
    try expectCloseToScale(defended.embed(x), tower.embed(x), ratio: 1e-5)
  }

  /// Frames of a film differ by their place in time and share one anchor, so films are left out.
  @Test(
    "answers white input as the bare tower does where α + β = 1",
    arguments: BindPeer.gridded.filter { $0.modality != .video })
  func white(peer: BindPeer) throws {
    let tower = try peer.load()
    let white = try Tensor.full(
      Double(tower.input.range?.upperBound ?? 1), [2] + tower.input.shape)
    let defense = RAdapt(alpha: 0.3, beta: 0.7, cutoff: open, scaling: .asPrinted)
    let defended = try defense.wrap(tower, fitted: defense.fit(to: tower, guide: nil))
    try expectCloseToScale(defended.embed(white), tower.embed(white), ratio: 1e-5)
  }

  @Test("reads the anchor in the first block, and filters rows and columns of each frame or clip")
  func parts() throws {
    for peer in BindPeer.gridded {
      let tower = try peer.load()
      let x = try inputs(of: tower)
      let plain = try tower.embed(x)
      let anchored = RAdapt(alpha: 1.2, beta: -0.8, cutoff: open, scaling: .asPrinted)
      let filtered = RAdapt(alpha: 0, beta: 1, cutoff: 5, scaling: .keepSigma)
      for defense in [anchored, filtered] {
        let defended = try defense.wrap(tower, fitted: defense.fit(to: tower, guide: nil))
        let change = try (defended.embed(x) - plain).absolute().max().item()
        #expect(change > 1e-4, "\(peer): \(defense)")
      }
      let filter = filtered.filter(for: tower.input)
      let smooth = try filter(x)
      #expect(smooth.shape == x.shape)
      let means = (try x.mean([-2, -1]), try smooth.mean([-2, -1]))
      try expectClose(means.1, means.0, atol: 1e-5, "\(peer): the mean of each frame")
    }
  }

  @Test("is refused where there are no rows and columns")
  func inertial() throws {
    let tower = try BindPeer.inertial.load()
    let error = try #require(throws: UsageError.self) { try RAdapt().check(tower) }
    #expect(error.message.contains("without rows and columns"))
  }
}
