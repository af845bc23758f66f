import Holdfast

/// Samples of one sense to learn from, and what else is known of each in the space.
struct TowerBatch {
  /// `(B, …)`, in the legal range of the sense.
  let inputs: Tensor
  /// The classes: `(B)`, int64.
  let labels: Tensor
  /// Unit embeddings of a picture of the same thing: `(B, E)`; none where there are no pictures.
  var images: Tensor?
  /// What is said of each; none where nothing is.
  var captions: [String] = []
}

/// Where a tower's training samples come from.
protocol TowerSupply {
  /// The next `count` samples.
  mutating func next(_ count: Int) throws -> TowerBatch
  /// Stops what goes on in the background.
  func stop()
}

/// Training scenes, with their pictures in the frozen space.
struct SceneSupply: TowerSupply {
  private var stream: SceneStream
  private let space: TowerSpace

  init(_ view: SceneView, space: TowerSpace, seed: UInt64, ahead: Int) {
    stream = SceneStream(
      seed: seed,
      views: [
        view, SceneView(rendering: SceneRendering(.image), preparation: space.image.preparation),
      ], ahead: ahead)
    self.space = space
  }

  mutating func next(_ count: Int) throws -> TowerBatch {
    let batch = try stream.next(count)
    return TowerBatch(
      inputs: batch.inputs[0], labels: batch.labels,
      images: try space.embed(images: batch.inputs[1]),
      captions: batch.captions)
  }

  func stop() { stream.stop() }
}

/// Samples of files, all in memory, in a new random order each time all were seen.
struct RecordedSupply: TowerSupply {
  private let samples: [PreparedSample]
  private let augmentation: SpectrogramAugmentation?
  private var generator: Generator
  private var order: [Int] = []

  /// - Parameter augmentation: how each sample is varied whenever it is seen.
  init(_ samples: [PreparedSample], augmentation: SpectrogramAugmentation?, seed: UInt64) {
    self.samples = samples
    self.augmentation = augmentation
    generator = Generator(seed: seed, stream: "recordings")
  }

  mutating func next(_ count: Int) throws -> TowerBatch {
    var values: [Float] = []
    var labels: [Int64] = []
    for _ in 0..<count {
      if order.isEmpty { order = generator.permutation(samples.count) }
      let sample = samples[order.removeLast()]
      values += augmentation?(sample.input.values, &generator) ?? sample.input.values
      labels.append(Int64(sample.label))
    }
    return TowerBatch(
      inputs: try Tensor(values, [count] + samples[0].input.shape), labels: try Tensor(labels))
  }

  func stop() {}
}
