import FoundationEssentials
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("A model of any family")
struct LoadModelTests {
  @Test(
    "LanguageBind's folders load as the modality they are of, prepared to what their tower takes",
    arguments: LanguageBindPeer.all)
  func languageBind(peer: LanguageBindPeer) throws {
    let model = try loadModel(at: peer.path)
    #expect(model.family == "LanguageBind")
    #expect(model.modalities == [peer.modality])
    let sense = try #require(model[peer.modality])
    #expect(sense.preparation.outputShape == sense.encoder.input.shape)
    #expect(sense.encoder.input.range != nil)
    let golden = try peer.golden()
    try expectClose(
      sense.encoder.embed(golden["inputs"]).normalized(), golden["embeddings"], atol: 1e-5)
    #expect(throws: EncoderError.self) { try loadModel(at: peer.path, vision: peer.path) }
  }

  @Test("CLIP's folders have one modality, and what reads texts")
  func clip() throws {
    let model = try loadModel(at: Golden.url("hf-quick-gelu").path)
    #expect(model.family == "CLIP")
    #expect(model.modalities == [.image])
    let sense = try #require(model[.image])
    let half = try sense.rebuilt(sense.parameters.cast(to: .bfloat16))
    let pixels = try Tensor.full(0.5, [1] + sense.encoder.input.shape)
    try expectClose(
      half.embed(pixels).to(.float32).normalized(), sense.encoder.embed(pixels).normalized(),
      atol: 0.05)
  }
}
