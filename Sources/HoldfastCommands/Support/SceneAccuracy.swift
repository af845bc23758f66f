import Holdfast

/// The share of samples that a model names rightly.
func accuracy(
  of subject: Subject, on set: any DataSet, _ preparation: any Preparation, batchSize: Int = 64
) throws -> ProportionRecord {
  let prefetcher = Prefetcher(set, preparation: preparation, capacity: 2 * batchSize)
  defer { prefetcher.cancel() }
  var right = 0
  var total = 0
  while true {
    var samples: [PreparedSample] = []
    while samples.count < batchSize, let sample = try prefetcher.next() { samples.append(sample) }
    guard !samples.isEmpty else { return .wilson(right, of: total) }
    let inputs = try Tensor(
      samples.flatMap(\.input.values), [samples.count] + subject.encoder.input.shape)
    let predicted = try withoutGradients {
      try subject.predict(inputs).logits?.argmax(1).array(of: Int64.self) ?? []
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
