import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import HoldfastTraining
import Testing

/// A method as the peer trained by it (`Tools/goldens/training_steps.py`).
struct TrainingCase: CustomTestStringConvertible, Sendable {
  let name: String
  let method: any TrainingDefense

  var testDescription: String { name }

  init(_ name: String, _ method: any TrainingDefense) { (self.name, self.method) = (name, method) }

  static let all = [
    TrainingCase("fare", FARE()),
    TrainingCase("tecoa", TeCoA()),
    TrainingCase("tecoa-original", TeCoA(recipe: .original)),
    TrainingCase("trades", TRADES()),
    TrainingCase("pmg-aft", PMGAFT()),
    TrainingCase("pmg-aft-as-released", PMGAFT(asReleased: true)),
    TrainingCase("tga-zsr", TGAZSR()),
    TrainingCase("tga-zsr-as-released", TGAZSR(asReleased: true)),
    TrainingCase("comp-tga", CompTGA()),
    TrainingCase("saft", SAFT()),
    TrainingCase("laat", LAAT()),
    TrainingCase("sim-clip", SimCLIP()),
    TrainingCase("sim-clip-siamese", SimCLIP(loss: .siamese)),
    TrainingCase("rlbind-1", RLBind(trains: adapters(), firstShare: 1)),
    TrainingCase("rlbind-1-full", RLBind(trains: .full, firstShare: 1)),
    TrainingCase("rlbind-2", RLBind(trains: adapters(), inner: few, firstShare: 0)),
    TrainingCase("rlbind-2-patch", RLBind(trains: adapters("patch"), inner: few, firstShare: 0)),
    TrainingCase(
      "rlbind-2-as-read", RLBind(trains: .full, inner: few, asRead: true, firstShare: 0)),
    TrainingCase("shallow", ShallowHardening()),
  ]

  /// RLBind's search in fewer steps, as the peer's notes say.
  private static let few = InnerSearch(
    .apgd, steps: 4, start: .input, radius: Radius(4.0 / 255))

  private static func adapters(_ more: String...) -> TrainedPart {
    .lora(size: LoRA(rank: 4, alpha: 16), targets: ["attention"] + more)
  }
}

/// The peer's model, samples and noise, and what came out for one method.
struct TrainingPeer {
  /// How the peer trained.
  struct Run: Decodable {
    struct Settings: Decodable {
      struct Attack: Decodable {
        let epsilon: Double
        let start: String
        let deviation: Double?
      }
      let attack: Attack
      let optimizer: String
      let momentum: Double?
      let decay: Double

      enum CodingKeys: String, CodingKey {
        case attack, optimizer, momentum
        case decay = "weight_decay"
      }
    }
    let settings: Settings
    /// The highest learning rate.
    let rate: Double
    /// The names and the weights of the terms.
    let terms: [String]
    let weights: [Double]
    /// The trained parameters, by the names of the checkpoint.
    let leaves: [String]
  }

  let run: Run
  private let name: String
  private let inputs, steps: Golden
  private let sense: Sense

  init(_ name: String) throws {
    self.name = name
    inputs = try Golden("training/inputs.safetensors")
    steps = try Golden("training/steps.safetensors")
    let cases = try JSONDecoder().decode(
      [String: Run].self, from: Data(#require(steps.metadata["cases"]).utf8))
    run = try #require(cases[name])
    sense = try loadCLIP(at: Golden.url("training/model").path).loaded.senses[0]
  }

  /// What came out, such as `losses`.
  subscript(_ entry: String) -> Tensor {
    get throws { try steps["\(name)/\(entry)"] }
  }

  /// A number in the file's notes, such as `every`.
  func note(_ key: String) throws -> Double {
    try #require(steps.metadata[key].flatMap(Double.init))
  }

  // MARK: Training

  /// The lesson of a method on the peer's samples, from the weights and the noise that the peer had; and
  /// the points that it is trained on, as it comes to them.
  ///
  /// - Parameter isSearching: whether inner attacks search; else they stay at the given points.
  func lesson(
    _ method: any TrainingDefense, isSearching: Bool
  ) throws -> (lesson: AdversarialLesson, seen: SeenPoints) {
    let offsets = try isSearching ? startOffsets() : givenOffsets()
    return try lesson(of: method, offsets.array(of: Float.self), isSearching)
  }

  private func lesson(
    of method: some TrainingDefense, _ offsets: [Float], _ isSearching: Bool
  ) throws -> (lesson: AdversarialLesson, seen: SeenPoints) {
    let prescribed = PrescribedMethod(method: method, offsets: offsets, isSearching: isSearching)
    let context = try context()
    let lesson = try AdversarialLesson(
      prescribed, on: Subject(encoder: sense.encoder, head: context.head, tower: sense.tower),
      in: context, AdversarialLesson.Settings(batches: 20, seed: 0), samples: batch)
    try place(lesson.leaves)
    return (lesson, prescribed.seen)
  }

  /// How the leaves are moved in the steps of the peer.
  func optimization() throws -> Optimization {
    let settings = run.settings
    return Optimization(
      settings.optimizer == "adamw" ? .adamW() : .sgd(momentum: settings.momentum ?? 0),
      learningRate: run.rate, warmup: .steps(Int(try note("warmup"))),
      decay: settings.decay)
  }

  /// Gradients, or other tensors of leaves, by the names of the checkpoint.
  func stored(_ leaves: ParameterStore) throws -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: try leaves.stored(as: .huggingFaceCLIP).map { ($0, $1) })
  }

  /// Sets leaves to what the peer starts from: the teacher's weights, grown, or its factors.
  private func place(_ leaves: ParameterStore) throws {
    let growth = try note("growth")
    for name in leaves.names {
      guard let leaf = leaves[name] else { continue }
      if name.hasSuffix("lora_a") || name.hasSuffix("lora_b") {
        let keys = KeyMap.huggingFaceCLIP.stored(name).keys
        try leaf.assign(.concatenating(keys.map { try inputs[$0] }))
      } else {
        try leaf.assign(leaf.detached() * growth)
      }
    }
  }

  // MARK: Samples and texts

  /// The samples of a step.
  private func batch(_ step: Int) throws -> TrainingBatch {
    let ids = try inputs["ids"].select(0, step)
    return TrainingBatch(
      ids: try ids.array(of: Int.self).map(String.init), inputs: try inputs["x"].selecting(0, ids),
      labels: try inputs["labels"].selecting(0, ids).array(of: Int.self))
  }

  /// The inputs of a step: `(B, 3, H, W)`.
  func inputs(ofStep step: Int) throws -> Tensor { try batch(step).inputs }

  /// The points that the peer took its loss at, less the inputs.
  private func givenOffsets() throws -> Tensor {
    try inputs["adversarial"] - batch(0).inputs
  }

  /// Where the peer's inner attacks start.
  private func startOffsets() throws -> Tensor {
    let (uniform, epsilon) = (try inputs["noise.uniform"] * 2 - 1, run.settings.attack.epsilon)
    switch run.settings.attack.start {
    case "uniform": return try uniform * epsilon
    case "surface":
      return try uniform / uniform.absolute().max([1, 2, 3], keepAxes: true) * epsilon
    case "normal": return try inputs["noise.normal"] * (run.settings.attack.deviation ?? 0)
    default: return try uniform.zerosLike()
    }
  }

  /// The peer's anchors and texts; a text is looked up where a text tower would read it.
  private func context() throws -> TrainingContext {
    let (absent, captions) = (try inputs["non_class_anchors"], try inputs["captions"])
    let (classes, each) = (captions.shape[0], captions.shape[1])
    var known: [String: Tensor] = [:]
    for place in 0..<classes {
      known["This is not a photo of a class \(place)"] = try absent.select(1, place)
      for caption in 0..<each {
        known["caption \(caption) of class \(place)"] =
          try captions.select(0, place).select(0, caption)
      }
    }
    return TrainingContext(
      head: Head(anchors: try inputs["anchors"], scale: sense.scale),
      classes: (0..<classes).map { "class \($0)" },
      texts: { texts in
        try .stacking(texts.map { text in try #require(known[text], "\(text)") })
      },
      captions: (0..<classes).map { place in
        (0..<each).map { "caption \($0) of class \(place)" }
      })
  }
}
