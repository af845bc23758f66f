import HoldfastTensor

/// How LanguageBind's pixels are made from an image: x / 255, a bicubic resize of the floats without
/// antialias, then the centre crop: `(3, S, S)`.
///
/// LanguageBind takes images and heat this way. The resize is that of torch's `interpolate` and not
/// Pillow's: it aliases, and it overshoots. Here what overshoots is clamped to [0, 1], the legal range
/// of pixels; the released code leaves it. torchvision 0.14, which the released code pins, has no
/// antialias for tensors; later versions have, and then make other pixels. Normalisation is the
/// encoder's.
public struct PlanePreprocessor: Codable, Hashable, Sendable {
  /// The side S of the result.
  public var side: Int

  /// Creates a preprocessor.
  public init(side: Int = 224) {
    self.side = side
  }

  /// LanguageBind's, `(3, 224, 224)`.
  public static func languageBind() -> PlanePreprocessor { PlanePreprocessor() }
}

extension PlanePreprocessor: Preparation {
  /// `(3, S, S)`.
  public var outputShape: [Int]? { [3, side, side] }

  /// Pixels in [0, 1], channel by channel: `(3, S, S)`.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let (image, name) = try source.image(for: "pictures")
    return try naming(name) { try prepare(image) }
  }

  func prepare(_ image: Image) throws -> PreparedInput {
    try prepare(image) { try $0.centered(side) }
  }

  /// A picture resized to the side, whatever becomes of its proportions.
  func prepare(squashed image: Image) throws -> PreparedInput {
    try prepare(image) { planes in
      try planes.resized(height: side, width: side, by: .bicubic, antialias: false)
    }
  }

  private func prepare(
    _ image: Image, _ resize: (Tensor) throws -> Tensor
  ) throws -> PreparedInput {
    let values = try withoutGradients { () throws in
      let planes = try Tensor(image.planarFloats(), [1, 3, image.height, image.width])
      return try resize(planes).clamped(0, 1).array(of: Float.self)
    }
    return try PreparedInput(values: values, shape: [3, side, side])
  }
}

extension Tensor {
  /// Planes `(N, C, H, W)` with the short side `side` by bicubic, and the centre of that.
  func centered(_ side: Int) throws -> Tensor {
    let resize = TensorResize(shortSide: side, interpolation: .bicubic)
    return try resize(self).centerCropped(to: side).contiguous()
  }
}
