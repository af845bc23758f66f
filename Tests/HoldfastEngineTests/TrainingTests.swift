import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("Training through the engine")
struct TrainingTests {
  private func request(_ method: String, _ output: URL) -> HardenRequest {
    var request = HardenRequest(model: "builtin", method: method, output: output.path)
    request.modalities = [.audio]
    request.training.data = ["scenes:train"]
    request.training.selection.subsample = "60"
    request.training.validation = 12
    request.training.steps = 4
    request.training.batchSize = 6
    request.training.saveEvery = 2
    request.training.examineEvery = 2
    request.training.epsilon = Radius("1/255")
    return request
  }

  private func embedding(of model: String) throws -> [Float] {
    let source = try Engine(environment: [:]).load(ModelRequest(model), modality: .audio)
    let scenes = Prefetcher(BuiltInModel.scenes(2, .audio), preparation: source.preparation)
    let sample = try #require(try scenes.next())
    return try withoutGradients {
      try source.encoder.embed(sample.tensor(for: source.encoder.input)).array(of: Float.self)
    }
  }

  @Test(
    "moves the tower of a modality, and writes a bundle that audits take",
    arguments: [
      ("fare:inner-steps=2", "full"),
      ("tecoa:inner-steps=2", "lora:rank=2,targets=attention+patch"),
      ("rlbind:inner-steps=2", "lora"), ("shallow:inner-steps=2", "shallow"),
    ])
  func trains(_ method: String, _ part: String) throws {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "bundle")
      var request = request(method, output)
      request.training.part = part
      request.training.learningRate = 1e-3
      let bundle = try Engine(environment: [:]).harden(request)
      #expect(bundle.layers.count == 1 && bundle.layers[0].senses == [.audio])
      #expect(bundle.layers[0].kind == (part.hasPrefix("lora") ? .adapters : .tower))
      let records = try TrainingFolder.metrics(at: output.appending(path: "training/audio").path)
      #expect(records.map(\.step) == [1, 2, 3, 4])
      #expect(records.compactMap(\.examination).count == 2)
      #expect(records.allSatisfy { $0.loss.isFinite && $0.gradientNorm > 0 })
      #expect(try embedding(of: output.path) != embedding(of: "builtin"))

      var audit = AuditRequest(model: output.path, data: ["audio=scenes:evaluation"])
      audit.attacks = ["pgd:steps=2"]
      audit.checks = .off("--checks off")
      audit.limit = 4
      audit.adaptiveSteps = 2
      audit.gallerySamples = 0
      audit.transferCache = "none"
      audit.output = folder.appending(path: "run").path
      let result = try Engine(environment: [:]).audit(audit)
      #expect(
        result.outcomes[0].summary.protocols.map(\.name) == ["transfer", "white-box", "adaptive"])
    }
  }

  @Test("ends in the same bits, trains nothing twice, and refuses another plan by its name")
  func repeats() throws {
    try withTemporaryFolder { folder in
      func tensors(_ name: String) -> Data? {
        FileManager.default.contents(
          atPath: folder.appending(path: "\(name)/layer-1.safetensors").path)
      }
      var asked = request("fare:inner-steps=2", folder.appending(path: "one"))
      _ = try Engine(environment: [:]).harden(asked)
      _ = try Engine(environment: [:]).harden(
        request("fare:inner-steps=2", folder.appending(path: "other")))
      let first = try #require(tensors("one"))
      #expect(tensors("other") == first)

      let metrics = folder.appending(path: "one/training/audio/metrics.jsonl")
      let before = try Data(contentsOf: metrics)
      _ = try Engine(environment: [:]).harden(asked)
      #expect(try Data(contentsOf: metrics) == before && tensors("one") == first)

      asked.training.learningRate = 1e-2
      let refused = #expect(throws: (any Error).self) {
        try Engine(environment: [:]).harden(asked)
      }
      let sentence = "\(try #require(refused))"
      #expect(sentence.contains("learning"), "\(sentence)")
    }
  }

  @Test("says what it will cost, and leaves no folder")
  func estimate() throws {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "bundle")
      let sentences = try Engine(environment: [:])
        .estimate(request("rlbind:inner-steps=2", output))
      #expect(sentences.contains { $0.contains("embeddings: ") })
      #expect(sentences.contains { $0.contains("scores: ") })
      #expect(!FileManager.default.fileExists(atPath: output.path))
    }
  }

  @Test("says before anything is trained what is wrong with a request")
  func refusals() throws {
    try withTemporaryFolder { folder in
      let output = folder.appending(path: "bundle")
      func refusal(
        _ method: String, _ change: (inout HardenRequest) -> Void
      ) -> UsageError? {
        var asked = request(method, output)
        change(&asked)
        do {
          try Engine(environment: [:]).harden(asked)
          return nil
        } catch {
          return error as? UsageError
        }
      }
      let (noData, large) = (
        refusal("fare") { $0.training.data = [] },
        refusal("fare") { $0.training.batchSize = 500 }
      )
      #expect(noData?.option == "data" && large?.option == "batch-size")
      let none = refusal("fare") { $0.training.epsilon = Radius("0") }
      #expect(none?.option == "epsilon")
      let strange = refusal("fare") { $0.training.part = "what" }
      #expect(strange?.option == "train")
      let pictures = refusal("fare") { $0.training.augment = "crop-flip" }
      #expect(pictures?.message.contains("crop-flip") == true)
      let untrained = refusal("r-adapt") { _ in }
      #expect(untrained?.option == "data")
      let captions = refusal("saft") { _ in }
      #expect(captions?.message.contains("saft") == true)
      #expect(!FileManager.default.fileExists(atPath: "\(output.path)/holdfast.json"))
    }
  }
}

@Suite("A sweep")
struct SweepTests {
  @Test("has a point for each combination, with a folder of its own")
  func points() throws {
    var base = HardenRequest(model: "builtin", method: "rlbind:first=0.2", output: "runs/sweep")
    base.training.data = ["scenes:train"]
    let sweep = SweepRequest(
      base,
      axes: [
        try .init("method.lambda=0.01,1"), try .init("learning-rate=1e-5,1e-4"),
        try .init("epsilon=2/255"),
      ])
    let points = try sweep.points()
    #expect(points.map(\.request.method).filter { $0 == "rlbind:first=0.2,lambda=1" }.count == 2)
    #expect(points.map(\.request.training.learningRate) == [1e-5, 1e-4, 1e-5, 1e-4])
    #expect(points.allSatisfy { $0.request.training.epsilon == Radius("2/255") })
    #expect(Set(points.map(\.request.output)).count == 4)
    #expect(
      points[0].request.output
        == "runs/sweep/method.lambda=0.01,learning-rate=1e-5,epsilon=2-255")
  }

  @Test(
    "refuses what cannot vary",
    arguments: [
      "lambda", "method.lambda=", "output=a,b", "no-such-option=1", "learning-rate=1,1",
    ])
  func refusals(_ text: String) {
    #expect(throws: UsageError.self) {
      let base = HardenRequest(model: "builtin", method: "fare", output: "out")
      _ = try SweepRequest(base, axes: [.init(text)]).points()
    }
  }
}
