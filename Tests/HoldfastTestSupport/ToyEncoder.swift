public import HoldfastCore
public import HoldfastTensor

/// A small smooth encoder with random weights, for tests of what must hold for any encoder.
///
/// One toy per shape of input: pixels with a box, points without one, spectrograms, clips.
public struct ToyEncoder: Encoder {
  /// The modality it plays.
  public let modality: Modality
  /// What it takes.
  public let input: InputSpec
  /// The width of its embeddings.
  public let embeddingWidth = 8
  /// Toys live on the CPU.
  public var device: Device { .cpu }

  private let first: Tensor
  private let second: Tensor
  private let features: (Tensor, Tensor) throws(TorchError) -> Tensor

  private init(
    _ modality: Modality, _ shape: [Int], range: ClosedRange<Float>?, patches: Patches? = nil,
    kernel: [Int],
    features: @escaping (Tensor, Tensor) throws(TorchError) -> Tensor
  ) throws(TorchError) {
    self.modality = modality
    input = InputSpec(shape: shape, range: range, unit: "toy", patches: patches)
    self.features = features
    var noise = Generator(seed: 7, stream: modality.rawValue)
    let fanIn = Double(kernel.dropFirst().reduce(1, *))
    first = try noise.normal(kernel) * (2 / fanIn.squareRoot())
    second = try noise.normal([8, kernel[0]]) * 0.5
  }

  /// Embeddings: `(B, …)` gives `(B, 8)`.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    try features(input, first).tanh().linear(second)
  }

  /// Images `[3, 8, 8]` in [0, 1].
  public static func image() throws(TorchError) -> ToyEncoder {
    try ToyEncoder(.image, [3, 8, 8], range: 0...1, kernel: [12, 3, 4, 4]) {
      (x, kernel) throws(TorchError) in
      try (x - 0.5).convolved(kernel, stride: [2, 2]).tanh().sum([2, 3])
    }
  }

  /// Point clouds `[12, 3]` without a box; the order of the points is of no account.
  public static func points() throws(TorchError) -> ToyEncoder {
    try ToyEncoder(.points, [12, 3], range: nil, patches: .items(axis: 0), kernel: [12, 3]) {
      (x, kernel) throws(TorchError) in try (x.linear(kernel) * 2).tanh().mean([1])
    }
  }

  /// Spectrograms `[1, 6, 10]` without a box.
  public static func spectrogram() throws(TorchError) -> ToyEncoder {
    try ToyEncoder(.audio, [1, 6, 10], range: nil, kernel: [12, 1, 3, 3]) {
      (x, kernel) throws(TorchError) in
      try x.convolved(kernel, stride: [1, 1]).tanh().mean([2, 3])
    }
  }

  /// Waveforms `[40]` in [-1, 1].
  public static func waveform() throws(TorchError) -> ToyEncoder {
    try ToyEncoder(.audio, [40], range: -1...1, patches: .window(axis: 0), kernel: [12, 1, 8]) {
      (x, kernel) throws(TorchError) in
      try x.unsqueezed(1).convolved(kernel, stride: [4]).tanh().mean([2])
    }
  }

  /// Clips `[3, 4, 6, 6]`, time second, in [-1, 1].
  public static func video() throws(TorchError) -> ToyEncoder {
    let patches = Patches.grid(rows: 2, columns: 3, channels: [0])
    return try ToyEncoder(
      .video, [3, 4, 6, 6], range: -1...1, patches: patches, kernel: [12, 3, 2, 3, 3]
    ) { (x, kernel) throws(TorchError) in
      try x.convolved(kernel, stride: [2, 1, 1]).tanh().mean([2, 3, 4])
    }
  }

  /// One toy of each kind.
  public static func all() throws(TorchError) -> [ToyEncoder] {
    [try image(), try points(), try spectrogram(), try video()]
  }
}

extension Encoder {
  /// This encoder under a head of random anchors.
  public func toySubject(classes: Int = 5, scale: Double = 20) throws(TorchError) -> Subject {
    var noise = Generator(seed: 11, stream: "anchors")
    let anchors = try noise.normal([embeddingWidth, classes]).normalized(0)
    return Subject(encoder: self, head: Head(anchors: anchors, scale: scale))
  }

  /// Legal inputs: one uniform draw per sample, `(1, …)` each.
  public func toyInputs(_ count: Int, seed: UInt64 = 3) throws(TorchError) -> [Tensor] {
    let low = Double(input.range?.lowerBound ?? -1)
    let high = Double(input.range?.upperBound ?? 1)
    var inputs: [Tensor] = []
    for index in 0..<count {
      var noise = Generator(seed: seed, stream: UInt64(index))
      inputs.append(try (noise.uniform([1] + input.shape) * (high - low) + low).clamped(low, high))
    }
    return inputs
  }
}
