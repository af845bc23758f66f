import HoldfastCore
import HoldfastEncoders
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Sites of CLIP's vision tower") struct SitesTests {
  private let model: CLIPModel
  private let pixels: Tensor
  private let plain: Tensor

  init() throws {
    let peer = PeerModel.all[0]
    model = try peer.load()
    pixels = try peer.golden()["pixels"]
    plain = try model.vision.embed(pixels)
  }

  private func replacing(_ site: Site, _ function: @escaping Sites.Function) throws -> Tensor {
    try model.vision.embed(pixels, sites: Sites([site: function]))
  }

  private var everySite: [Site] {
    [.patchEmbedding]
      + (0..<model.vision.blockCount).flatMap { [.attention($0), .mlp($0), .residual($0)] }
  }

  @Test("reading changes nothing, in any block")
  func reading() throws {
    for site in everySite {
      let read = try replacing(site) { (compute) throws(TorchError) in try compute() }
      try expectCloseToScale(read, plain, ratio: 1e-5, "\(site)")
    }
  }

  @Test("what stands at a site decides, in any block")
  func replacing() throws {
    for site in everySite {
      let other = try replacing(site) { (compute) throws(TorchError) in try compute().squared() }
      let change = try (other - plain).absolute().max().item()
      #expect(change > 1e-3, "\(site) was not replaced")
    }
  }

  @Test("a site may skip the computation and stay differentiable")
  func skipping() throws {
    let shape = try replacedShape()
    let leaf = try pixels.leaf()
    let ours = try model.vision.embed(
      leaf,
      sites: Sites([
        .attention(0): { (_) throws(TorchError) in try .zeros(shape) },
        .attention(1): { (compute) throws(TorchError) in try compute() },
      ]))
    #expect(try (ours - plain).absolute().max().item() > 1e-3)
    let slope = try gradient(of: ours.sum(), withRespectTo: leaf)
    #expect(try slope.absolute().max().item() > 0)
  }

  @Test("an error at a site passes through")
  func failing() throws {
    let failure = TorchError(code: .backend, operation: "site", message: "on purpose")
    #expect(throws: failure) {
      try replacing(.mlp(1)) { (_) throws(TorchError) in throw failure }
    }
  }

  private func replacedShape() throws -> [Int] {
    let reader = SiteReader([.attention(0)])
    _ = try model.vision.embed(pixels, sites: reader.sites)
    return try reader[.attention(0)].shape
  }
}
