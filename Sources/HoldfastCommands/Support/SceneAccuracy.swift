import Holdfast

/// The share of scenes that a classifier names rightly.
func accuracy(
  of classifier: ZeroShotClassifier, on scenes: SceneSet, _ preprocessor: ImagePreprocessor,
  batchSize: Int = 64
) throws -> ProportionRecord {
  let prefetcher = Prefetcher(scenes, preprocessor: preprocessor, capacity: 2 * batchSize)
  defer { prefetcher.cancel() }
  var right = 0
  var total = 0
  while true {
    var samples: [PreparedSample] = []
    while samples.count < batchSize, let sample = try prefetcher.next() { samples.append(sample) }
    guard !samples.isEmpty else { return .wilson(right, of: total) }
    let pixels = try Tensor(
      samples.flatMap(\.pixels), [samples.count] + classifier.encoder.input.shape)
    let predicted = try withoutGradients {
      try classifier.logits(pixels).argmax(1).array(of: Int64.self)
    }
    right += zip(samples, predicted).count { $0.label == Int($1) }
    total += samples.count
  }
}

/// The share of held-out scenes whose nearest training picture shows the same shape: what pixels
/// alone give away.
func pixelBaseline(train: Int, test: Int, size: Int) throws -> ProportionRecord {
  let generator = SceneGenerator(seed: 0)
  func pictures(_ split: SceneSplit, _ count: Int) throws -> (images: [[UInt8]], labels: [Int]) {
    let scenes = (0..<count).map { generator.scene(split, $0) }
    return (try scenes.map { try SceneDrawing.render($0, size: size).rgb }, scenes.map(\.label))
  }
  let known = try pictures(.train, train)
  let asked = try pictures(.evaluation, test)
  let share = try nearestNeighbourAccuracy(
    train: known.images, trainLabels: known.labels, test: asked.images, testLabels: asked.labels)
  return .wilson(Int((share * Double(test)).rounded()), of: test)
}
