import HoldfastCore
import HoldfastData
package import HoldfastMedia
package import HoldfastScenes
package import HoldfastTensor

/// Scenes to learn from: what one or more modalities have of them, their shapes, and what is said
/// about them.
package struct SceneBatch {
  /// One tensor for each view of the stream: `(B, …)`, in the legal range of the modality.
  package let inputs: [Tensor]
  /// The shapes' numbers: `(B)`, int64.
  package let labels: Tensor
  /// One sentence per scene.
  package let captions: [String]
}

/// How scenes are shown: made for a modality, and prepared for an encoder.
package struct SceneView {
  package let rendering: SceneRendering
  package let preparation: any Preparation

  /// Scenes made by `rendering` and prepared by `preparation`.
  package init(rendering: SceneRendering, preparation: any Preparation) {
    self.rendering = rendering
    self.preparation = preparation
  }
}

/// An endless row of training scenes, each view of which is made on a thread of its own.
package struct SceneStream {
  private let scenes: SceneSet
  private let prefetchers: [Prefetcher]
  private let sense: SceneSense
  private var position = 0

  /// The training scenes of a seed in random order, told in the words of the first view's modality;
  /// `ahead` is how many are made before they are asked for.
  package init(seed: UInt64, views: [SceneView], ahead: Int) {
    let sets = views.map { view in
      SceneSet(
        generator: SceneGenerator(seed: seed), split: .train, rendering: view.rendering,
        samples: .max, shuffle: seed)
    }
    scenes = sets[0]
    sense = views[0].rendering.sense
    prefetchers = zip(sets, views).map {
      Prefetcher($0, preparation: $1.preparation, capacity: ahead)
    }
  }

  /// The next `count` scenes.
  package mutating func next(_ count: Int) throws -> SceneBatch {
    var labels: [Int64] = []
    let inputs = try prefetchers.map { prefetcher in
      var values: [Float] = []
      var shape: [Int] = []
      labels = []
      while labels.count < count, let sample = try prefetcher.next() {
        values += sample.input.values
        shape = sample.input.shape
        labels.append(Int64(sample.label))
      }
      return try Tensor(values, [labels.count] + shape)
    }
    let captions = labels.indices.map { row in
      let scene = scenes.generator.scene(.train, scenes.index(at: position + row))
      return SceneCaptions.caption(scene, for: sense)
    }
    position += labels.count
    return SceneBatch(inputs: inputs, labels: try Tensor(labels), captions: captions)
  }

  /// Stops making scenes.
  package func stop() { for prefetcher in prefetchers { prefetcher.cancel() } }
}
