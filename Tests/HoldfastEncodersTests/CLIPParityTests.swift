import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A small model of a peer in this target's goldens.
struct PeerModel: CustomTestStringConvertible, Sendable {
  let name: String
  /// The weights, below the model's golden folder.
  var weights = ""
  /// The model whose vision tower this one replaces.
  var base: String?

  var testDescription: String { name }

  static let all = [
    PeerModel(name: "hf-quick-gelu"), PeerModel(name: "hf-gelu-sharded"),
    PeerModel(name: "hf-gelu-bin"), PeerModel(name: "hf-defaults-omitted"),
    PeerModel(name: "open-clip-quick-gelu"), PeerModel(name: "open-clip-gelu"),
    PeerModel(name: "openai-archive", weights: "model.pt"),
    PeerModel(name: "robust-tower", weights: "tower.pt", base: "open-clip-quick-gelu"),
  ]

  var path: String { Golden.url(weights.isEmpty ? name : "\(name)/\(weights)").path }

  func load() throws -> CLIPModel {
    guard let base else { return try loadCLIP(at: path).model }
    return try loadCLIP(at: Golden.url(base).path, vision: path).model
  }

  func golden() throws -> Golden { try Golden("\(name)/golden.safetensors") }
}

@Suite("CLIP against its peers") struct CLIPParityTests {
  @Test("embeddings and logits", arguments: PeerModel.all)
  func embeddings(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    let image = try model.vision.embed(golden["pixels"])
    let text = try model.text.embed(golden["token_ids"])
    try expectClose(image.normalized(), golden["image_embeddings"], atol: 1e-5, "image")
    try expectClose(text.normalized(), golden["text_embeddings"], atol: 1e-5, "text")
    try expectCloseToScale(image, golden["image_embeddings_raw"], ratio: 2e-5, "raw image")
    try expectCloseToScale(text, golden["text_embeddings_raw"], ratio: 2e-5, "raw text")
    let classifier = try ZeroShotClassifier(
      encoder: model.vision,
      head: Head(anchors: text.normalized().transposed(0, 1), scale: model.scale()))
    try expectClose(
      classifier.logits(golden["pixels"]), golden["logits_per_image"], atol: 1e-4, rtol: 1e-4)
  }

  @Test("the gradient with respect to the pixels", arguments: PeerModel.all)
  func pixelGradient(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    let pixels = try golden["pixels"].leaf()
    let text = try model.text.embed(golden["token_ids"]).normalized()
    let logits =
      try model.vision.embed(pixels).normalized().matmul(text.transposed(0, 1))
      * model.scale()
    let labels = try golden["labels"].reshaped([-1, 1])
    let loss = try -logits.logSoftmax().gathering(1, labels).sum()
    try expectCloseToScale(
      gradient(of: loss, withRespectTo: pixels), golden["pixel_gradient"], ratio: 1e-4)
  }

  @Test("every named site", arguments: PeerModel.all)
  func sites(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    let read = SiteReader(
      [.patchEmbedding, .attention(0)] + (0..<model.vision.blockCount).map { .residual($0) })
    let embeddings = try model.vision.embed(golden["pixels"], sites: read.sites)
    try expectCloseToScale(embeddings, golden["image_embeddings_raw"], ratio: 2e-5)
    try expectCloseToScale(read[.patchEmbedding], golden["residual.0"], ratio: 2e-5)
    try expectCloseToScale(read[.attention(0)], golden["attention_branch.0"], ratio: 2e-5)
    for block in 0..<model.vision.blockCount {
      try expectCloseToScale(
        read[.residual(block)], golden["residual.\(block + 1)"], ratio: 2e-5, "block \(block)")
    }
  }

  @Test("keeps what every encoder promises", arguments: PeerModel.all)
  func contract(peer: PeerModel) throws {
    let model = try peer.load()
    try checkEncoderContract(model.vision)
    for name in model.parameters.names {
      #expect(model.parameters[name]?.requiresGradient == false, "\(name)")
      #expect(model.parameters[name]?.dtype == .float32, "\(name)")
    }
  }

  @Test("comes back from the folder it writes", arguments: PeerModel.all)
  func roundTrip(peer: PeerModel) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    try withTemporaryFolder { folder in
      try model.write(to: folder.path)
      let copy = try loadCLIP(at: folder.path).model
      #expect(copy.configuration.vision == model.configuration.vision)
      try expectClose(
        copy.text.embed(golden["token_ids"]), model.text.embed(golden["token_ids"]), atol: 0)
      for name in model.parameters.names {
        let (ours, theirs) = (model.parameters[name], copy.parameters[name])
        try expectClose(#require(theirs), #require(ours), atol: 0, name)
      }
    }
  }
}

/// Keeps the values that pass through sites.
final class SiteReader {
  private var values: [Site: Tensor] = [:]
  private let places: [Site]

  init(_ places: [Site]) { self.places = places }

  var sites: Sites {
    var functions: [Site: Sites.Function] = [:]
    for place in places { functions.updateValue(keeping(place), forKey: place) }
    return Sites(functions)
  }

  private func keeping(_ place: Site) -> Sites.Function {
    func function(_ compute: () throws(TorchError) -> Tensor) throws(TorchError) -> Tensor {
      let value = try compute()
      values[place] = value
      return value
    }
    return function
  }

  subscript(_ site: Site) -> Tensor {
    get throws { try #require(values[site], "nothing passed through \(site)") }
  }
}
