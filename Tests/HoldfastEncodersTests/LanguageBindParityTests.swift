import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A small LanguageBind model in this target's goldens.
struct LanguageBindPeer: CustomTestStringConvertible, Sendable {
  let name: String
  let modality: Modality
  /// The adapters in the file.
  var lora: LoRA?

  var testDescription: String { name }

  static let all = [
    LanguageBindPeer(name: "image", modality: .image),
    LanguageBindPeer(name: "thermal", modality: .thermal, lora: LoRA(rank: 2, alpha: 16)),
    LanguageBindPeer(name: "depth", modality: .depth, lora: LoRA(rank: 4, alpha: 8)),
    LanguageBindPeer(name: "audio-ft", modality: .audio),
    LanguageBindPeer(name: "audio", modality: .audio, lora: LoRA(rank: 8, alpha: 16)),
    LanguageBindPeer(name: "video-ft", modality: .video),
    LanguageBindPeer(name: "video", modality: .video, lora: LoRA(rank: 4, alpha: 16)),
    LanguageBindPeer(name: "video-v1.5-ft", modality: .video),
  ]

  static let adapted = all.filter { $0.lora != nil }

  var folder: String { "language-bind-\(name)" }

  var path: String { Golden.url(folder).path }

  func load(_ lora: LoRAHandling = .merged) throws -> LanguageBindModel {
    try loadLanguageBind(at: path, lora: lora).model
  }

  func golden() throws -> Golden { try Golden("\(folder)/golden.safetensors") }
}

@Suite("LanguageBind against the formulas") struct LanguageBindParityTests {
  @Test("embeddings and logits", arguments: LanguageBindPeer.all, LoRAHandling.allCases)
  func embeddings(peer: LanguageBindPeer, lora: LoRAHandling) throws {
    let (model, golden) = (try peer.load(lora), try peer.golden())
    let embeddings = try model.vision.embed(golden["inputs"])
    let text = try model.text.embed(golden["token_ids"])
    try expectClose(embeddings.normalized(), golden["embeddings"], atol: 1e-5)
    try expectClose(text.normalized(), golden["text_embeddings"], atol: 1e-5, "text")
    try expectCloseToScale(embeddings, golden["embeddings_raw"], ratio: 2e-5, "raw")
    let logits =
      try embeddings.normalized().matmul(text.normalized().transposed(0, 1)) * model.scale()
    try expectClose(logits, golden["logits"], atol: 1e-4, rtol: 1e-4)
  }

  @Test(
    "the gradient with respect to the input", arguments: LanguageBindPeer.all,
    LoRAHandling.allCases)
  func inputGradient(peer: LanguageBindPeer, lora: LoRAHandling) throws {
    let (model, golden) = (try peer.load(lora), try peer.golden())
    let inputs = try golden["inputs"].leaf()
    let text = try model.text.embed(golden["token_ids"]).normalized()
    let logits =
      try model.vision.embed(inputs).normalized().matmul(text.transposed(0, 1)) * model.scale()
    let labels = try golden["labels"].reshaped([-1, 1])
    let loss = try -logits.logSoftmax().gathering(1, labels).sum()
    try expectCloseToScale(
      gradient(of: loss, withRespectTo: inputs), golden["input_gradient"], ratio: 1e-4)
  }

  @Test("every named site, frames folded into the batch", arguments: LanguageBindPeer.all)
  func sites(peer: LanguageBindPeer) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    let read = SiteReader(
      [.patchEmbedding] + (0..<2).flatMap { [Site.attention($0), .residual($0)] })
    let embeddings = try model.vision.embed(golden["inputs"], sites: read.sites)
    try expectCloseToScale(embeddings, golden["embeddings_raw"], ratio: 2e-5)
    try expectCloseToScale(read[.patchEmbedding], golden["residual.0"], ratio: 2e-5)
    for block in 0..<2 {
      try expectCloseToScale(
        read[.attention(block)], golden["attention_branch.\(block)"], ratio: 2e-5)
      try expectCloseToScale(
        read[.residual(block)], golden["residual.\(block + 1)"], ratio: 2e-5)
    }
  }

  @Test("what stands at a site decides, in any block", arguments: LanguageBindPeer.all)
  func replacing(peer: LanguageBindPeer) throws {
    let (model, golden) = (try peer.load(), try peer.golden())
    let (inputs, plain) = (try golden["inputs"], try golden["embeddings_raw"])
    let blocks = (0..<2).flatMap { [Site.attention($0), .mlp($0), .residual($0)] }
    for site in [.patchEmbedding] + blocks {
      let other = try model.vision.embed(
        inputs,
        sites: Sites([site: { (compute) throws(TorchError) in try compute().squared() }]))
      let change = try (other - plain).absolute().max().item()
      #expect(change > 1e-3, "\(site) was not replaced")
    }
  }

  @Test(
    "keeps what every encoder promises", arguments: LanguageBindPeer.all, LoRAHandling.allCases)
  func contract(peer: LanguageBindPeer, lora: LoRAHandling) throws {
    let model = try peer.load(lora)
    #expect(model.vision.modality == peer.modality)
    #expect(try model.vision.input.shape == Array(peer.golden()["inputs"].shape.dropFirst()))
    #expect(model.vision.input.range != nil)
    try checkEncoderContract(model.vision)
    #expect(try model.vision.embed(.zeros([0] + model.vision.input.shape)).shape == [0, 24])
    for name in model.parameters.names {
      #expect(model.parameters[name]?.requiresGradient == false, "\(name)")
      #expect(model.parameters[name]?.dtype == .float32, "\(name)")
    }
  }
}
