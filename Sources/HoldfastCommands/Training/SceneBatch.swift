import Holdfast

/// Scenes to learn from: pictures, their shapes, and what is said about them.
struct SceneBatch {
  /// Pixels in [0, 1]: `(B, 3, S, S)`.
  let pixels: Tensor
  /// The shapes' numbers: `(B)`, int64.
  let labels: Tensor
  /// One sentence per scene.
  let captions: [String]
}

/// An endless row of training scenes, drawn on a thread of their own.
struct SceneStream {
  private let scenes: SceneSet
  private let prefetcher: Prefetcher
  private var position = 0

  /// The training scenes of a seed; `ahead` is how many are drawn before they are asked for.
  init(seed: UInt64, preprocessor: ImagePreprocessor, size: Int, ahead: Int) {
    scenes = SceneSet(
      generator: SceneGenerator(seed: seed), split: .train, size: size, samples: .max,
      shuffle: seed)
    prefetcher = Prefetcher(scenes, preparation: preprocessor, capacity: ahead)
  }

  /// The next `count` scenes.
  mutating func next(_ count: Int) throws -> SceneBatch {
    var pixels: [Float] = []
    var labels: [Int64] = []
    var captions: [String] = []
    var side = 0
    while labels.count < count, let sample = try prefetcher.next() {
      pixels += sample.input.values
      labels.append(Int64(sample.label))
      let scene = scenes.generator.scene(.train, scenes.index(at: position))
      captions.append(SceneCaptions.caption(scene))
      side = sample.input.shape[2]
      position += 1
    }
    return SceneBatch(
      pixels: try Tensor(pixels, [labels.count, 3, side, side]), labels: try Tensor(labels),
      captions: captions)
  }

  /// Stops drawing.
  func stop() { prefetcher.cancel() }
}
