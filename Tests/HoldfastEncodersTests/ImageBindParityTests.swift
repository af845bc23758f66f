import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// The small ImageBind model in this target's goldens, and its answers.
enum ImageBindPeer {
  static let path = Golden.url("image-bind/imagebind_huge.pth").path
  static let modalities: [Modality] = [.image, .video, .audio, .thermal, .depth, .inertial]
  /// How many clips the golden's videos have.
  static let views = 3

  static func load() throws -> ImageBindModel {
    try loadImageBind(at: path, views: views).model
  }

  static func golden() throws -> Golden { try Golden("image-bind/golden.safetensors") }

  /// What the golden calls a modality.
  static func name(_ modality: Modality) -> String {
    modality == .inertial ? "imu" : modality.rawValue
  }

  /// The golden's inputs: ((i·i) mod 9973) / 9973 at place i, scaled and shifted.
  static func inputs(_ modality: Modality, _ tower: ImageBindTower) throws -> Tensor {
    let shape = [2] + tower.input.shape
    let (factor, shift) =
      switch modality {
      case .audio: (4.0, -2.0)
      case .inertial: (6.0, -3.0)
      default: (1.0, 0.0)
      }
    let values = (0..<shape.reduce(1, *)).map { index in
      Float(Double(index * index % 9973) / 9973 * factor + shift)
    }
    return try Tensor(values, shape)
  }
}

@Suite("ImageBind against the formulas") struct ImageBindParityTests {
  @Test("embeddings", arguments: ImageBindPeer.modalities)
  func embeddings(modality: Modality) throws {
    let (model, golden) = (try ImageBindPeer.load(), try ImageBindPeer.golden())
    let (tower, name) = (try #require(model[modality]), ImageBindPeer.name(modality))
    let output = try tower.embed(ImageBindPeer.inputs(modality, tower))
    let expected = try golden["\(name).embeddings"]
    try expectClose(output.normalized(), expected.normalized(), atol: 1e-5, name)
    if modality == .audio || modality == .video {
      try expectCloseToScale(output, expected, ratio: 1e-5, "mean over clips")
      // Embeddings of several clips are shorter than their scale, and stay so.
      let scale = try model.scales()[modality] ?? 1
      #expect(try output.norm(2, [1]).max().item() < 0.99999 * scale)
    } else {
      try expectCloseToScale(output, golden["\(name).head"], ratio: 1e-5, "head")
      try expectCloseToScale(tower.postprocessed(output), expected, ratio: 1e-5, "postprocessed")
    }
  }

  @Test("the gradient with respect to the input", arguments: ImageBindPeer.modalities)
  func inputGradient(modality: Modality) throws {
    let (model, golden) = (try ImageBindPeer.load(), try ImageBindPeer.golden())
    let (tower, name) = (try #require(model[modality]), ImageBindPeer.name(modality))
    let inputs = try ImageBindPeer.inputs(modality, tower).leaf()
    let loss = try (tower.embed(inputs).normalized() * golden["\(name).direction"]).sum()
    let slope = try gradient(of: loss, withRespectTo: inputs).reshaped([-1])
    let step = modality == .audio ? 61 : 1
    try expectCloseToScale(
      slope.slice(0, 0..<slope.count, step: step), golden["\(name).gradient"], ratio: 1e-4, name)
  }

  @Test("texts")
  func texts() throws {
    let (model, golden) = (try ImageBindPeer.load(), try ImageBindPeer.golden())
    let text = try #require(model.text)
    let output = try text.embed(golden["text.token_ids"])
    try expectCloseToScale(output, golden["text.head"], ratio: 1e-5)
    try expectClose(
      output.normalized(), golden["text.embeddings"].normalized(), atol: 1e-5)
  }

  @Test("scales, cut where upstream cuts them")
  func scales() throws {
    let scales = try ImageBindPeer.load().scales()
    let expected: [Modality: Double] = [
      .audio: 20, .thermal: 10, .depth: 5, .inertial: 5, .text: 100,
    ]
    #expect(scales.mapValues { ($0 * 1000).rounded() / 1000 } == expected)
  }

  @Test("keeps what every encoder promises", arguments: ImageBindPeer.modalities)
  func contract(modality: Modality) throws {
    let model = try ImageBindPeer.load()
    let tower = try #require(model[modality])
    #expect(tower.modality == modality)
    #expect(tower.embeddingWidth == 24)
    #expect((tower.input.range == nil) == (modality == .inertial))
    try checkEncoderContract(tower)
    #expect(try tower.embed(.zeros([0] + tower.input.shape)).shape == [0, 24])
  }

  @Test("what stands at a site decides, in any block", arguments: ImageBindPeer.modalities)
  func sites(modality: Modality) throws {
    let tower = try #require(try ImageBindPeer.load()[modality])
    let inputs = try ImageBindPeer.inputs(modality, tower)
    let plain = try tower.embed(inputs)
    for site in [Site.patchEmbedding]
      + (0..<2).flatMap({ [.attention($0), .mlp($0), .residual($0)] }
      )
    {
      let read = try tower.embed(
        inputs, sites: Sites([site: { (compute) throws(TorchError) in try compute() }]))
      try expectCloseToScale(read, plain, ratio: 1e-5, "\(site) read")
      let other = try tower.embed(
        inputs, sites: Sites([site: { (compute) throws(TorchError) in try compute().squared() }]))
      #expect(try (other - plain).absolute().max().item() > 1e-3, "\(site) was not replaced")
    }
  }
}
