import Holdfast

/// Our side: the vision tower of a CLIP model with random weights.
struct Tower {
  /// What one image costs.
  let work: Work
  private let encoder: CLIPVision

  init(
    configuration: CLIPConfiguration, dtype: DType = .float32, device: Device = .cpu
  ) throws {
    let normalization = try PixelNormalization(
      mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711],
      device: device)
    let loader = try ParameterLoader(
      InitialSource(Generator(seed: 0, stream: "bench"), dtype: dtype, device: device))
    encoder = CLIPVision(
      loader.root["vision"], configuration.vision, embeddingWidth: configuration.projection,
      normalization: normalization)
    _ = try loader.finish()
    work = Work(configuration)
  }

  /// The tower under a head of ten random anchors.
  func subject() throws -> Subject {
    var generator = Generator(seed: 1, stream: "anchors")
    let anchors = try generator.normal([10, encoder.embeddingWidth]).normalized().transposed()
    return Subject(
      encoder: encoder, head: Head(anchors: try anchors.to(encoder.device), scale: 100))
  }

  /// Images per second through the tower.
  func embedRate(_ batch: Int) throws -> Double {
    let x = try pixels(batch)
    return Double(batch) / (try medianSeconds { try embed(x) })
  }

  /// Gradients per second with respect to the pixels, as every attack asks for them.
  func gradientRate(_ batch: Int) throws -> Double {
    let x = try pixels(batch)
    return Double(batch) / (try medianSeconds { try differentiate(x) })
  }

  /// One pass forward.
  func embedSeconds(_ x: Tensor) throws -> Double {
    try ContinuousClock().measure { try embed(x) } / .seconds(1)
  }

  /// One pass forward and one back to the pixels.
  func gradientSeconds(_ x: Tensor) throws -> Double {
    try ContinuousClock().measure { try differentiate(x) } / .seconds(1)
  }

  private func embed(_ x: Tensor) throws {
    _ = try withoutGradients { try encoder.embed(x) }
  }

  private func differentiate(_ x: Tensor) throws {
    let leaf = try x.leaf()
    let embedding = try encoder.embed(leaf)
    _ = try gradient(of: (embedding * embedding).sum(), withRespectTo: leaf)
  }

  /// Steps per second and sample of APGD-CE over ten classes, with everything a step does.
  func attackRate(_ batch: Int) throws -> Double {
    let pool = try AttackTable.recipe("apgd-ce:steps=100").pool(
      PoolSettings(subject: subject(), stop: .fullBudget, slots: batch))
    let x = try pixels(batch)
    let embeddings = try withoutGradients { try encoder.embed(x) }
    for row in 0..<batch {
      pool.submit(
        AttackJob(
          id: "\(row)", input: try x.slice(0, row..<row + 1),
          truth: SampleTruth(
            label: row % 10, cleanEmbedding: try embeddings.slice(0, row..<row + 1)),
          radii: [Radius(4.0 / 255)]))
    }
    return Double(batch) / (try medianSeconds { _ = try pool.step() })
  }

  /// What a large product reaches now, by libtorch's usual path and as our linear layers go.
  func productRates(side: Int = 2048) throws -> (matmul: Double, linear: Double) {
    var generator = Generator(seed: 2, stream: "product")
    let device = encoder.device
    let a = try generator.uniform([side, side]).to(device)
    let b = try generator.uniform([side, side]).to(device)
    let operations = 2 * Double(side * side * side)
    return (
      operations
        / (try medianSeconds {
          _ = try a.matmul(b)
          try device.synchronize()
        }),
      operations
        / (try medianSeconds {
          _ = try a.linear(b)
          try device.synchronize()
        })
    )
  }

  /// Random pixels: `(B, 3, S, S)`.
  func pixels(_ batch: Int) throws -> Tensor {
    var generator = Generator(seed: 3, stream: UInt64(batch))
    return try generator.uniform([batch] + encoder.input.shape)
  }
}
