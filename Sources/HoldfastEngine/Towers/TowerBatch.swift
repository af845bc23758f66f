import HoldfastCore
import HoldfastData
import HoldfastEncoders
import HoldfastMedia
import HoldfastScenes
import HoldfastTensor

/// Samples of one modality to learn from, and what else is known of each in the space.
struct TowerBatch {
  /// `(B, …)`, in the legal range of the modality.
  let inputs: Tensor
  /// The classes: `(B)`, int64.
  let labels: Tensor
  /// Unit embeddings of a picture of the same thing: `(B, E)`; nil if there are no pictures.
  var images: Tensor?
  /// The caption of each; empty if there are none.
  var captions: [String] = []
}

/// The source of a tower's training samples.
protocol TowerSupply {
  /// The next `count` samples.
  mutating func next(_ count: Int) throws -> TowerBatch
  /// Stops work in the background.
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

/// Samples that are made once and seen again and again, in a new random order each time.
struct PooledSupply: TowerSupply {
  private var source: any TowerSupply
  private let size: Int
  private var generator: Generator
  private var batches: [TowerBatch] = []
  private var order: [Int] = []

  /// The first samples of a supply, about `size` of them.
  init(_ source: any TowerSupply, size: Int, seed: UInt64) {
    self.source = source
    self.size = size
    generator = Generator(seed: seed, stream: "pool")
  }

  mutating func next(_ count: Int) throws -> TowerBatch {
    if batches.count * count < size {
      let batch = try source.next(count)
      batches.append(batch)
      if batches.count * count >= size { source.stop() }
      return batch
    }
    var rows: [TowerBatch] = []
    while rows.count < count {
      if order.isEmpty { order = generator.permutation(batches.count * count) }
      let place = order.removeLast()
      rows.append(try batches[place / count].row(place % count))
    }
    return try TowerBatch(joining: rows)
  }

  func stop() { source.stop() }
}

extension TowerBatch {
  /// One sample as a batch.
  fileprivate func row(_ index: Int) throws -> TowerBatch {
    let row = index..<index + 1
    return TowerBatch(
      inputs: try inputs.slice(0, row), labels: try labels.slice(0, row),
      images: try images?.slice(0, row), captions: captions.isEmpty ? [] : [captions[index]])
  }

  /// Batches of one kind as one.
  fileprivate init(joining parts: [TowerBatch]) throws {
    let images = parts.compactMap(\.images)
    self.init(
      inputs: try .concatenating(parts.map(\.inputs)),
      labels: try .concatenating(parts.map(\.labels)),
      images: images.isEmpty ? nil : try .concatenating(images),
      captions: parts.flatMap(\.captions))
  }
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
