import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@testable import HoldfastEngine

@Suite("Training towers into the built-in space")
struct TowerTrainingTests {
  private func space() throws -> TowerSpace {
    try TowerSpace(at: BuiltInModel.path, called: "builtin")
  }

  /// A tower that learns something in seconds, even without optimisation of the program.
  private func small(_ modality: Modality) throws -> TowerRecipe {
    var recipe = try TowerRecipe(modality, projection: space().width)
    recipe.plan = LearningPlan(
      steps: 16, batchSize: 8, learningRate: 3e-3, warmup: 2, interval: 16, validationSamples: 8)
    if modality == .points {
      recipe.configuration.sense = .points(count: 64)
      recipe.configuration.tower.tokens = .groups(count: 8, neighbours: 8)
    }
    (recipe.configuration.tower.width, recipe.configuration.tower.layers) = (24, 1)
    return recipe
  }

  @Test("A few steps lower the loss in every modality", arguments: TinyBindConfiguration.modalities)
  func learns(modality: Modality) throws {
    let (space, recipe) = (try space(), try small(modality))
    let view = try #require(recipe.view)
    let supply = SceneSupply(view, space: space, seed: 0, ahead: 16)
    let validation = try prepared(
      SceneSet(
        generator: SceneGenerator(), split: .validation, rendering: view.rendering, samples: 8),
      view.preparation)
    var losses: [Double] = []
    let result = try TowerTraining(
      recipe: recipe, space: space, classes: SceneGenerator.classNames,
      observer: SilentObserver()
    ).run(supply, validation: validation) { losses.append($1) }
    #expect(losses.count == 16)
    #expect(losses.suffix(5).reduce(0, +) < losses.prefix(5).reduce(0, +))
    #expect(result.step == 16 && result.validation.total == 8)
    #expect(result.model.modality == modality)
    try checkEncoderContract(result.model.encoder)
  }

  @Test("The command writes a folder that is audited as any model, and its card says how")
  func command() throws {
    try withTemporaryFolder { folder in
      // Three tones that a few steps can tell apart, by two players.
      for (index, name) in ["circle", "ring", "star"].enumerated() {
        for player in ["learned", "held"] {
          let place = folder.appendingPathComponent("\(player)/\(name)")
          try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
          for number in 0..<10 {
            let pitch = 300 * Float(1 + 2 * index) + Float(number)
            let samples = (0..<4000).map {
              0.3 * sin(2 * Float.pi * pitch * Float($0) / 8000)
            }
            try Data(encodeWAV(Sound(rate: 8000, channels: [samples]))).write(
              to: place.appendingPathComponent("\(number).wav"))
          }
        }
      }
      let options = "--modality audio --data learned --steps 12 --batch-size 8 --output model"
      let same = try run("train-tower \(options)", in: folder)
      expectFailure(same, code: 64, "would be both learned from and judged by")
      let made = try run("train-tower \(options) --evaluation held", in: folder)
      #expect(made.code == 0, "\(made.talk)")
      let card = try String(
        contentsOf: folder.appendingPathComponent("model/README.md"), encoding: .utf8)
      #expect(card.contains("# tiny-bind") && card.contains("## audio"))
      #expect(card.contains("--data learned --evaluation held --steps 12"))
      #expect(card.contains("the nearest of 27 training samples"))
      let audit = try run(
        "audit --model model --data audio=held --checks off --attack pgd:steps=2 --epsilon 1/255 --limit 6 "
          + "--threads 1 --output run", in: folder)
      #expect(audit.code == 0 && audit.output.contains("normalised mel"), "\(audit.talk)")
      let again = try run("train-tower \(options) --evaluation held", in: folder)
      expectFailure(again, code: 64, "has a tower of the modality audio already")
    }
  }

  @Test("What cannot be learned is refused before anything is written")
  func refused() throws {
    try withTemporaryFolder { folder in
      let depth = try run("train-tower --modality depth --output out", in: folder)
      expectFailure(depth, code: 64, "no small tower for the modality depth")
      let split = try run(
        "train-tower --modality audio --split train --output out", in: folder)
      expectFailure(split, code: 64, "--split and --evaluation are for data sets")
      let steps = try run("train-tower --modality audio --steps 0 --output out", in: folder)
      expectFailure(steps, code: 64, "--steps takes a number above 0")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
  }

  @Test("A pool is made once, and shown whole before anything is shown again")
  func pool() throws {
    let space = try space()
    let view = SceneView(
      rendering: SceneRendering(.points, points: 64), preparation: PointPreprocessor(count: 64))
    func supply() -> SceneSupply { SceneSupply(view, space: space, seed: 0, ahead: 8) }
    var (fresh, pooled) = (supply(), PooledSupply(supply(), size: 8, seed: 0))
    let rows = { (batch: TowerBatch) in
      let width = batch.inputs.count / batch.captions.count
      let values = try batch.inputs.array(of: Float.self)
      return batch.captions.indices.map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    var made: [[Float]] = []
    for _ in 0..<2 {
      let (a, b) = (try fresh.next(4), try pooled.next(4))
      try expectClose(a.inputs, b.inputs, atol: 0)
      made += try rows(b)
    }
    let again = try [pooled.next(4), pooled.next(4)]
    #expect(Set(try again.flatMap(rows)) == Set(made))
    #expect(again[0].images?.shape == [4, space.width])
    let labels = try again[0].labels.array(of: Int64.self)
    for (label, caption) in zip(labels, again[0].captions) {
      #expect(caption.contains(SceneGenerator.classNames[Int(label)]))
    }
    fresh.stop()
  }

  @Test("A card's section stands in for the earlier one of its modality, and leaves the rest")
  func sections() {
    let first = TowerCard.inserting("one\n", of: .audio, into: "# card\n")
    let both = TowerCard.inserting("two\n", of: .video, into: first)
    let renewed = TowerCard.inserting("three\n", of: .audio, into: both)
    #expect(first == "# card\n\n<!-- tower: audio -->\none\n<!-- end of audio -->\n")
    #expect(!renewed.contains("one") && renewed.contains("two") && renewed.contains("three"))
    #expect(renewed.count == both.count + 2)
  }

  @Test("A varied spectrogram keeps its size and its floor, and moves as it is told")
  func augmentation() throws {
    let spec = InputSpec(shape: [1, 16, 20], range: -1.3...1, unit: "normalised mel")
    var vary = try #require(SpectrogramAugmentation(spec))
    var values = [Float](repeating: -1.3, count: 320)
    values[8 * 20 + 10] = 0.5
    var generator = Generator(seed: 4, stream: "vary")
    let copies = (0..<20).map { _ in vary(values, &generator) }
    #expect(copies.allSatisfy { $0.count == 320 && $0.allSatisfy { $0 >= -1.3 && $0 <= 0.71 } })
    #expect(Set(copies).count > 10)
    (vary.gain, vary.shift, vary.tempo, vary.pitch) = (0, 0, 0, 0)
    (vary.maskedMels, vary.maskedFrames) = (0, 0)
    #expect(vary(values, &generator) == values)
    #expect(SpectrogramAugmentation(.pixels(height: 4, width: 4)) == nil)
  }

  @Test("Retrieval counts ties against the model and equal captions for it")
  func retrieval() throws {
    let rows = try Tensor([1 as Float, 0, 0, 1, 1, 0], [3, 2])
    let plain = try SceneRetrieval(rows: rows, columns: rows)
    #expect(plain.there.first.count == 1 && plain.back.first.count == 1)
    #expect(plain.there.firstTen.count == 3)
    let told = try SceneRetrieval(rows: rows, columns: rows, captions: ["a", "b", "a"])
    #expect(told.there.first.count == 3 && told.back.first.count == 3)
    #expect(abs(plain.chance.first - 1.0 / 3) < 1e-12)
  }

  @Test("The factor of the naming lets the two nearest classes lie apart")
  func nearest() throws {
    let anchors = try Tensor([1 as Float, 1, 0, 0, 0.1, 1], [2, 3])  // (E, K)
    #expect(abs(try TowerLoss.nearest(anchors) - 0.1) < 1e-6)
  }

  private func run(_ line: String, in folder: URL) throws -> Program.Outcome {
    try Program.run(line.split(separator: " ").map(String.init), in: folder)
  }
}
