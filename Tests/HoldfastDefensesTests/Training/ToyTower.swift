import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTraining

/// A small random CLIP tower, samples of four classes, and anchors for them.
struct ToyTower {
  static let classes = ["cat", "dog", "emu", "fox"]

  let tower: Tower
  let subject: Subject
  let anchors: Tensor
  let batch: TrainingBatch
  let counter = PassCounter()

  init(
    mean: [Float] = [0.48145466, 0.4578275, 0.40821073],
    deviation: [Float] = [0.26862954, 0.26130258, 0.27577711], counts: Bool = false
  ) throws {
    let sizes = CLIPConfiguration(
      vision: .init(width: 16, layers: 2, heads: 2, patch: 4, image: 12),
      text: .init(width: 16, layers: 1, heads: 2, vocabulary: 20, context: 8), projection: 8)
    let normalization = try PixelNormalization(mean: mean, std: deviation)
    let model = try CLIPModel(
      sizes, initializedBy: Generator(seed: 5, stream: "clip"), normalization: normalization)
    let passes = self.counter
    tower = Tower(parameters: model.parameters.filtered { $0.hasPrefix("vision.") }) { store in
      let loader = try ParameterLoader(StoreSource(store))
      let vision = CLIPVision(
        loader.root["vision"], sizes.vision, embeddingWidth: sizes.projection,
        normalization: normalization)
      _ = try loader.finish()
      return counts ? CountedTower(base: vision, counter: passes) : vision
    }
    var noise = Generator(seed: 6, stream: "anchors")
    anchors = try noise.normal([8, 4]).normalized(0)
    subject = Subject(
      encoder: try tower.encoder(), head: Head(anchors: anchors, scale: 10), tower: tower)
    batch = TrainingBatch(
      ids: (0..<6).map { "sample-\($0)" },
      inputs: try .concatenating(
        (0..<6).map { place in
          var pixels = Generator(seed: 7, stream: UInt64(place))
          return try pixels.uniform([1, 3, 12, 12])
        }), labels: [0, 1, 2, 3, 1, 0])
  }

  /// What anchors are made of; texts are random and depend on their words alone.
  var context: TrainingContext {
    TrainingContext(
      head: subject.head, classes: Self.classes, texts: Self.texts,
      captions: Self.classes.map { name in (0..<3).map { "\(name), seen for the \($0). time" } })
  }

  static func texts(_ prompts: [String]) throws -> Tensor {
    try .stacking(
      prompts.map { prompt in
        var noise = Generator(seed: 8, stream: prompt)
        return try noise.normal([8])
      })
  }

  /// A lesson whose batches are all the same.
  func lesson(
    _ method: any TrainingDefense, microBatch: Int? = nil,
    _ change: (inout AdversarialLesson.Settings) -> Void = { _ in }
  ) throws -> AdversarialLesson {
    var settings = AdversarialLesson.Settings(batches: 10, seed: 3, microBatch: microBatch)
    change(&settings)
    return try AdversarialLesson(method, on: subject, in: context, settings, validation: [batch]) {
      [batch] _ in batch
    }
  }

  /// Every method, with few captions for SAFT.
  static let methods: [any TrainingDefense] = [
    FARE(), TeCoA(), TeCoA(recipe: .original), TRADES(), PMGAFT(), PMGAFT(asReleased: true),
    TGAZSR(), TGAZSR(asReleased: true), CompTGA(), SAFT(captions: 2), LAAT(), SimCLIP(),
    SimCLIP(loss: .siamese), RLBind(), RLBind(asRead: true), ShallowHardening(),
    ShallowHardening(cleanWeight: 0.5),
  ]
}

/// What a tower was asked.
final class PassCounter {
  /// Samples that went forward, and of these those whose pass was recorded.
  var forward = 0
  var recorded = 0
}

/// A tower that counts.
struct CountedTower: SitedEncoder {
  let base: CLIPVision
  let counter: PassCounter

  var modality: Modality { base.modality }
  var input: InputSpec { base.input }
  var embeddingWidth: Int { base.embeddingWidth }
  var device: Device { base.device }
  var blockCount: Int { base.blockCount }

  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    let embedding = try base.embed(input, sites: sites)
    counter.forward += input.shape[0]
    if embedding.requiresGradient { counter.recorded += input.shape[0] }
    return embedding
  }
}

extension AdversarialLesson {
  /// The loss of a batch, and its gradients to the leaves.
  func descend(_ number: Int = 0) throws -> (
    loss: Double, gradients: [Tensor], terms: [String: Double]
  ) {
    let tensors = leaves.names.compactMap { leaves[$0] }
    var loss = 0.0
    var sums: [Tensor]?
    var values: [String: Double] = [:]
    try learn(number) { part in
      var total = try Tensor.zeros([])
      for term in part.terms {
        total = try total + term.value * term.weight
        values[term.name, default: 0] += try term.value.item() * part.share
      }
      loss += try total.item() * part.share
      let own = try gradients(of: total, withRespectTo: tensors, allowUnused: true)
        .map { try $0 * part.share }
      sums = try sums.map { try zip($0, own).map { try $0 + $1 } } ?? own
    }
    return (loss, sums ?? [], values)
  }

  /// Moves the leaves away from where they start, so that the student is not the teacher.
  func shake(_ size: Double = 0.05) throws {
    for name in leaves.names {
      guard let leaf = leaves[name] else { continue }
      var noise = Generator(seed: 9, stream: name)
      try withoutGradients {
        try leaf.assign(leaf.detached() + noise.normal(leaf.shape) * size)
      }
    }
  }
}

/// Rows of a matrix.
func rows(_ tensor: Tensor) throws -> [[Double]] {
  let values = try tensor.detached().array(of: Float.self).map(Double.init)
  let width = tensor.shape[1]
  return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
}
