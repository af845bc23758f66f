import Holdfast

/// Our side of the bench of training: FARE on a CLIP vision tower with random weights.
final class TrainingTrial {
  private let lesson: AdversarialLesson
  private let leaves: [Tensor]
  private let optimizer: Optimizer
  private let batch: Int
  private let device: Device
  private let memory = FreeMemory()
  private var count = 0

  /// A training of the whole tower, always on the same samples.
  init(_ sizes: CLIPConfiguration, batch: Int, search: DType, device: Device) throws {
    let normalization = try PixelNormalization(
      mean: ImagePreprocessor.clipMean, std: ImagePreprocessor.clipStd, device: device)
    func vision(_ scope: ParameterScope) -> CLIPVision {
      CLIPVision(
        scope["vision"], sizes.vision, embeddingWidth: sizes.projection,
        normalization: normalization)
    }
    let loader = try ParameterLoader(
      InitialSource(Generator(seed: 0, stream: "bench"), dtype: .float32, device: device))
    let encoder = vision(loader.root)
    // Beside the bench's own `Tower`.
    let tower = Holdfast.Tower(parameters: try loader.finish()) { store in
      let loader = try ParameterLoader(StoreSource(store))
      let encoder = vision(loader.root)
      _ = try loader.finish()
      return encoder
    }
    var generator = Generator(seed: 3, stream: UInt64(batch))
    let samples = TrainingBatch(
      ids: (0..<batch).map(String.init),
      inputs: try generator.uniform([batch] + encoder.input.shape))
    var settings = AdversarialLesson.Settings(batches: 1_000, seed: 0)
    settings.searchPrecision = search
    lesson = try AdversarialLesson(
      FARE(), on: Subject(encoder: encoder, head: nil, tower: tower), in: TrainingContext(),
      settings
    ) { _ in samples }
    leaves = lesson.leaves.names.compactMap { lesson.leaves[$0] }
    optimizer = try .adamW(leaves, weightDecay: 1e-4)
    self.batch = batch
    self.device = device
  }

  /// Makes a step.
  func step() throws -> StepTime {
    _ = memory.forgetPeak()
    let seconds = try ContinuousClock().measure {
      try lesson.learn(count) { part in
        try optimizer.step(
          gradients(of: part.terms[0].value, withRespectTo: leaves), learningRate: 1e-5)
      }
      try device.synchronize()
    }
    count += 1
    return StepTime(
      batch: batch, seconds: seconds / .seconds(1),
      peakBytes: try device == .cpu
        ? memory.own?.peak ?? Torch.peakMemory(of: device) : Torch.peakMemory(of: device))
  }

  /// The multiplications and additions that a step needs for each image: ten gradients of pixels, and a
  /// gradient of all weights, of which the backward half is as much again.
  static func work(_ sizes: CLIPConfiguration) -> Double {
    let work = Work(sizes)
    let backward = work.gradient - work.forward
    return 10 * work.gradient + work.forward + 2 * backward
  }

  /// What a large product reaches now, in operations per second.
  static func productRate(on device: Device, side: Int = 2048) throws -> Double {
    var generator = Generator(seed: 2, stream: "product")
    let (a, b) = (try generator.uniform([side, side]), try generator.uniform([side, side]))
    let (left, right) = (try a.to(device), try b.to(device))
    let seconds = try medianSeconds {
      _ = try left.linear(right)
      try device.synchronize()
    }
    return 2 * Double(side * side * side) / seconds
  }
}
