import HoldfastTensor

/// How a picture of depth, in millimetres, becomes a depth model's input.
///
/// Of values of 16 bits those of the file are taken as they are; 0, which means that nothing was
/// measured, becomes the least depth. Normalisation is the encoder's.
public struct DepthPreprocessor: Codable, Hashable, Sendable {
  /// What the input measures.
  public enum Measure: Codable, Hashable, Sendable {
    /// Depth as a part of `most` metres, within [0.01 m, `most`]: `(3, S, S)`, in equal channels
    /// (LanguageBind).
    case depth(most: Double)
    /// The disparity of a pair of cameras, `baseline` metres apart, of `focal` pixels:
    /// baseline · focal / depth, the depth within [0.01, 50] m: `(1, S, S)` (ImageBind).
    case disparity(baseline: Double, focal: Double)
  }

  /// How the file writes millimetres.
  public enum Coding: String, Codable, Hashable, Sendable {
    /// As they are.
    case millimetres
    /// Turned left by 3 bits, as SUN RGB-D has them; depth over 8 m counts as 8 m.
    case rotated
  }

  /// What the input measures.
  public var measure: Measure

  /// How the file writes millimetres.
  public var coding: Coding

  /// The side S of the result.
  public var side: Int

  /// Creates a preprocessor.
  public init(measure: Measure, coding: Coding = .millimetres, side: Int = 224) {
    self.measure = measure
    self.coding = coding
    self.side = side
  }

  /// LanguageBind's, `(3, 224, 224)`; `most` is `max_depth` of the model's configuration, in metres.
  public static func languageBind(most: Double = 10) -> DepthPreprocessor {
    DepthPreprocessor(measure: .depth(most: most))
  }

  /// ImageBind's, `(1, 224, 224)`.
  ///
  /// The baseline is 0.075 m for both Kinects, 0.095 m for RealSense and Xtion; the focal length, in
  /// pixels, comes with the recordings. The released code ships no preparation of depth: this is what
  /// the authors published for SUN RGB-D (facebookresearch/omnivore, issue 12).
  public static func imageBind(
    baseline: Double = 0.075, focal: Double, coding: Coding = .millimetres
  ) -> DepthPreprocessor {
    DepthPreprocessor(measure: .disparity(baseline: baseline, focal: focal), coding: coding)
  }

  /// The legal values: those of depths within the bounds.
  ///
  /// What the bicubic resize overshoots is clamped to it.
  public var range: ClosedRange<Float> {
    get throws(MediaError) {
      try check()
      switch measure {
      case .depth(let most): return Float(0.01 / most)...1
      case .disparity(let baseline, let focal):
        return Float(baseline * focal / 50)...Float(baseline * focal / 0.01)
      }
    }
  }

  /// Fails where the settings cannot be those of a model.
  func check() throws(MediaError) {
    let holds: Bool
    switch measure {
    case .depth(let most): holds = most > 0.01 && most <= 1000
    case .disparity(let baseline, let focal):
      holds = baseline > 0 && baseline <= 1000 && focal > 0 && focal <= 1e6
    }
    guard holds else {
      throw MediaError("the preprocessing of depth measures \(measure)")
    }
  }
}

extension DepthPreprocessor: Preparation {
  /// `(3, S, S)` for depth, `(1, S, S)` for disparity.
  public var outputShape: [Int]? { [channels, side, side] }

  /// Depth or disparity within ``range``, channel by channel.
  ///
  /// - Throws: ``MediaError`` also for pictures with colours, and where the settings cannot be a
  ///   model's.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let range = try range
    let (gray, name) = try source.gray(for: "pictures of depth", exactly: true)
    return try naming(name) {
      let values = try withoutGradients { () throws in
        let plane = try Tensor(gray.values.map(metres), [1, 1, gray.height, gray.width])
        let measured = try measured(plane)
        return try measured.centered(side)
          .clamped(Double(range.lowerBound), Double(range.upperBound))
          .array(of: Float.self)
      }
      let planes = (0..<channels).flatMap { _ in values }
      return try PreparedInput(values: planes, shape: [channels, side, side])
    }
  }

  private var channels: Int {
    if case .depth = measure { 3 } else { 1 }
  }

  private func metres(_ value: UInt16) -> Float {
    switch coding {
    case .millimetres: Float(value) / 1000
    case .rotated: min(Float(value >> 3 | value << 13) / 1000, 8)
    }
  }

  private func measured(_ metres: Tensor) throws -> Tensor {
    switch measure {
    case .depth(let most):
      return try metres.clamped(0.01, most) / most
    case .disparity(let baseline, let focal):
      return try baseline * focal / metres.clamped(0.01, 50)
    }
  }
}
