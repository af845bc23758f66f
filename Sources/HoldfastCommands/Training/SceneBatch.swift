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
  private let generator: SceneGenerator
  private let prefetcher: Prefetcher
  private var index = 0

  /// The training scenes of a seed; `ahead` is how many are drawn before they are asked for.
  init(seed: UInt64, preprocessor: ImagePreprocessor, size: Int, ahead: Int) {
    generator = SceneGenerator(seed: seed)
    prefetcher = Prefetcher(
      SceneSet(generator: generator, split: .train, size: size, samples: .max),
      preprocessor: preprocessor, capacity: ahead)
  }

  /// The next `count` scenes.
  mutating func next(_ count: Int) throws -> SceneBatch {
    var pixels: [Float] = []
    var labels: [Int64] = []
    var captions: [String] = []
    var side = 0
    while labels.count < count, let sample = try prefetcher.next() {
      pixels += sample.pixels
      labels.append(Int64(sample.label))
      captions.append(SceneCaptions.caption(generator.scene(.train, index)))
      side = sample.size.width
      index += 1
    }
    return SceneBatch(
      pixels: try Tensor(pixels, [labels.count, 3, side, side]), labels: try Tensor(labels),
      captions: captions)
  }

  /// Stops drawing.
  func stop() { prefetcher.cancel() }
}
