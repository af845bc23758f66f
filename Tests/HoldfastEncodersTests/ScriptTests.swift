import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Models that are code")
struct ScriptTests {
  private let golden: Golden

  init() throws { golden = try Golden("script/golden.safetensors") }

  private static func path(_ name: String) -> String { Golden.url("script/\(name)").path }

  private static func load(_ name: String, _ description: String? = nil) throws -> LoadedModel {
    try loadScript(
      at: path("\(name).pt"), InputDescription(at: path("\(description ?? name).json")))
  }

  /// A description with some values in place of the classifier's, in a file.
  private static func describe(_ changes: [String: Any?]) throws -> InputDescription {
    var object =
      [
        "sense": "image", "shape": [3, 16, 16], "range": [0, 1], "normalization": "inside",
        "preparation": ["resize": "shortest"], "output": "logits", "result": "logits",
      ] as [String: Any]
    for (key, value) in changes { object[key] = value }
    let data = try JSONSerialization.data(withJSONObject: object)
    return try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("input.json")
      try data.write(to: file)
      return try InputDescription(at: file.path)
    }
  }

  @Test("a scripted classifier gives PyTorch's logits and gradients, in evaluation mode")
  func classifier() throws {
    let model = try Self.load("classifier")
    let sense = try #require(model[.image])
    let names = ["circle", "square", "star"]
    #expect(sense.classes == ClassOutputs(count: 3, names: names))
    let subject = Subject(
      encoder: sense.encoder, head: try sense.classes?.head(for: names, of: "classifier"))
    let x = try golden["pixels"].leaf()
    let prediction = try subject.predict(x)
    let logits = try #require(prediction.logits)
    try expectClose(logits, golden["logits"], atol: 1e-5, rtol: 1e-5, "logits")
    let truth = Truth(labels: try golden["labels"], cleanEmbedding: prediction.embedding)
    let loss = try CrossEntropy().loss(prediction, truth).sum()
    let slope = try gradient(of: loss, withRespectTo: x)
    try expectCloseToScale(slope, golden["logits.gradient"], ratio: 1e-4, "gradient")
    #expect(throws: EncoderError.self) { try sense.classes?.head(for: ["a", "b"], of: "it") }
  }

  @Test("a traced encoder gives PyTorch's embeddings and gradients, normalised outside")
  func encoder() throws {
    let model = try Self.load("encoder")
    let sense = try #require(model[.image])
    #expect(sense.classes == nil)
    #expect(sense.scale == 20)
    #expect(sense.encoder.input == .pixels(height: 16, width: 16))
    let x = try golden["pixels"].leaf()
    let embeddings = try sense.encoder.embed(x)
    try expectClose(embeddings, golden["embeddings"], atol: 1e-5, rtol: 1e-5, "embeddings")
    let slope = try gradient(of: embeddings.squared().sum(), withRespectTo: x)
    try expectCloseToScale(slope, golden["embeddings.gradient"], ratio: 1e-4, "gradient")

    let bank = try AnchorBank(#require(model.anchors), for: ["star", "circle"])
    #expect(bank.counts == [2, 2])
    #expect(bank.width == sense.encoder.embeddingWidth)
  }

  @Test("both keep what every encoder promises", arguments: ["classifier", "encoder"])
  func contract(name: String) throws {
    try checkEncoderContract(Self.load(name).senses[0].encoder)
  }

  @Test("both search in bfloat16", arguments: ["classifier", "encoder"])
  func bfloat16(name: String) throws {
    let sense = try Self.load(name).senses[0]
    let x = try golden["pixels"]
    let exact = try sense.encoder.embed(x)
    let near = try sense.rebuilt(sense.parameters.cast(to: .bfloat16)).embed(x)
    #expect(near.dtype == .float32)
    try expectCloseToScale(near, exact, ratio: 0.05, name)
    #expect(try (near - exact).absolute().max().item() > 0, "it was float32 all the same")
  }

  @Test(
    "refuses modules that are no function of each input",
    arguments: [
      ("noisy", "at the second call"), ("neighbourly", "otherwise in a batch of 3 than alone"),
    ])
  func strange(name: String, words: String) throws {
    let error = try #require(throws: EncoderError.self) { try Self.load(name, "odd") }
    #expect(error.what.contains(words), "\(error)")
    #expect(error.where.hasSuffix("\(name).pt"))
  }

  @Test("says so where the code cuts the gradient off, and answers without one")
  func cut() throws {
    let encoder = try Self.load("cut", "odd").senses[0].encoder
    #expect(try encoder.embed(golden["pixels"]).shape == [4, 3])
    let error = try #require(throws: TorchError.self) {
      try encoder.embed(golden["pixels"].leaf())
    }
    #expect(error.message.contains("cuts the gradient off"))
  }

  @Test("names what is wrong with a module in one line")
  func misdescribed() throws {
    func failure(_ changes: [String: Any?]) throws -> String {
      let error = try #require(throws: EncoderError.self) {
        try loadScript(at: Self.path("classifier.pt"), Self.describe(changes))
      }
      #expect(!error.what.contains("\n"), "\(error.what)")
      return error.what
    }
    #expect(try failure(["result": nil]).contains("gives a Tuple and not a tensor"))
    #expect(try failure(["result": 7]).contains("gives 2 results"))
    #expect(try failure(["result": "logitz"]).contains("without `logitz`"))
    #expect(try failure(["method": "encode"]).contains("no method `encode`"))
    #expect(try failure(["classes": ["a", "b"]]).contains("gives 3 logits"))
    let narrow = try failure(["shape": [2, 16, 16], "preparation": "array"])
    #expect(narrow.contains("fails on a batch of 3"), "\(narrow)")
  }

  @Test("refuses files that are no TorchScript")
  func otherFiles() throws {
    let description = try Self.describe([:])
    try withTemporaryFolder { folder in
      let file = folder.appendingPathComponent("model.pt")
      let whole = try Data(contentsOf: URL(fileURLWithPath: Self.path("classifier.pt")))
      for (bytes, words) in [
        (Data("no model".utf8), "is not an archive of torch.jit.save"),
        (whole.prefix(whole.count / 2), "is not an archive of torch.jit.save"),
      ] {
        try bytes.write(to: file)
        let error = try #require(throws: EncoderError.self) {
          try loadScript(at: file.path, description)
        }
        #expect(error.what.contains(words))
      }
      // Damage inside the archive: libtorch's reader must fail, not the process.
      for place in stride(from: 64, to: whole.count - 600, by: 997) {
        var damaged = whole
        for offset in 0..<24 { damaged[place + offset] ^= 0x5A }
        try damaged.write(to: file)
        do {
          _ = try loadScript(at: file.path, description)
        } catch let error as EncoderError {
          #expect(!error.what.contains("\n"), "\(error.what)")
        }
      }
    }
    #expect(throws: (any Error).self) { try loadScript(at: "/nowhere.pt", description) }
  }

  @Test(
    "a description says what it lacks or cannot mean",
    arguments: [
      ("shape", "", "does not say `shape`"), ("range", "", "does not say `range`"),
      ("normalization", "", "does not say `normalization`"),
      ("sense", "3", "wrong kind for `sense`"), ("shape", "[0, 16]", "has a `shape` of [0, 16]"),
      ("range", "[1, 0]", "neither [lowest, highest] nor null"),
      ("normalization", "\"outside\"", "\"outside\""),
      ("normalization", "{\"mean\": [0.5], \"std\": [0]}", "not above 0"),
      ("normalization", "{\"mean\": [0.5, 0.5], \"std\": [1]}", "each of the 3 channels"),
      ("normalization", "{\"mean\": [0.5], \"sdt\": [1]}", "did you mean `std`"),
      ("preparation", "{\"resize\": \"longest\"}", "\"longest\""),
      ("preparation", "{\"resize\": \"squash\", \"size\": 4}", "means nothing"),
      ("preparation", "\"resize\"", "write \"array\""),
      ("preparation", "{\"rate\": 16000}", "waveforms"),
      ("output", "\"probabilities\"", "write \"logits\" or \"embedding\""),
      ("anchors", "\"a.safetensors\"", "go with the output \"embedding\""),
      ("classes", "\"none.txt\"", "names the classes in `none.txt`"),
      ("shap", "[3]", "did you mean `shape`"),
      ("range", "[0, 255]", "mean [0] and std [0.00392157]"),
    ])
  func descriptions(key: String, json: String, words: String) throws {
    let value =
      try json.isEmpty
      ? nil : JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed)
    let error = try #require(throws: EncoderError.self) { try Self.describe([key: value]) }
    #expect(error.what.contains(words), "\(error)")
  }

  @Test("a description reads sounds and arrays too")
  func otherSenses() throws {
    let sound = try Self.describe([
      "sense": "audio", "shape": [16000], "range": [-1, 1], "preparation": ["rate": 8000],
    ])
    #expect(sound.preparation.preparation.outputShape == [16000])
    #expect(sound.input.unit == "waveform amplitude")
    #expect(sound.input.patches == .window(axis: 0))
    let touch = try Self.describe([
      "sense": "touch", "shape": [4, 7], "range": NSNull(), "preparation": "array",
      "unit": "newton",
    ])
    #expect(touch.sense == Modality(rawValue: "touch"))
    #expect(touch.input.range == nil)
    #expect(touch.input.unit == "newton")
  }
}
