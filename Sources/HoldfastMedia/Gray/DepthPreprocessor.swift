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
    /// baseline · focal / depth, the depth within [0.01, 50] m: `(1, S, S)`. With `most`, as a part
    /// of so many pixels, which more than those count as (ImageBind).
    case disparity(baseline: Double, focal: Double, most: Double? = nil)
  }

  /// How the file writes millimetres.
  public enum Coding: String, Codable, Hashable, Sendable, CaseIterable {
    /// Values are millimetres.
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

  /// ImageBind's, `(1, S, S)` within [0, 1]: disparity as a part of 75 pixels.
  ///
  /// The released code ships no preparation of depth: this is what the authors published for SUN
  /// RGB-D with Omnivore (facebookresearch/omnivore, issue 12, and `DepthNorm` of its transforms).
  public static func imageBind(_ camera: DepthCamera, side: Int = 224) -> DepthPreprocessor {
    DepthPreprocessor(
      measure: .disparity(baseline: camera.baseline, focal: camera.focal, most: 75),
      coding: camera.coding, side: side)
  }

  /// The legal values: those of depths within the bounds.
  ///
  /// What the bicubic resize overshoots is clamped to it.
  public var range: ClosedRange<Float> {
    get throws(MediaError) {
      try check()
      switch measure {
      case .depth(let most): return Float(0.01 / most)...1
      case .disparity(let baseline, let focal, let most):
        let bounds = [baseline * focal / 50, baseline * focal / 0.01]
        guard let most else { return Float(bounds[0])...Float(bounds[1]) }
        return Float(min(bounds[0], most) / most)...Float(min(bounds[1], most) / most)
      }
    }
  }

  /// Throws when the settings cannot be those of a model.
  func check() throws(MediaError) {
    let holds: Bool
    switch measure {
    case .depth(let most): holds = most > 0.01 && most <= 1000
    case .disparity(let baseline, let focal, let most):
      holds =
        baseline > 0 && baseline <= 1000 && focal > 0 && focal <= 1e6
        && most.map { $0 > 0 && $0 <= 1e9 } ?? true
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
  /// - Throws: ``MediaError`` also for pictures with colours, and when the settings cannot be a
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
    case .disparity(let baseline, let focal, let most):
      let disparity = try baseline * focal / metres.clamped(0.01, 50)
      guard let most else { return disparity }
      return try disparity.clamped(0, most) / most
    }
  }
}
