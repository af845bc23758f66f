public import HoldfastTensor

/// A resize of float planes that keeps proportions: the short side becomes `shortSide`.
///
/// As torch's `interpolate` with `align_corners=False` does it, without antialias: four source pixels
/// to a side with a = -0.75 for bicubic, which overshoots, two for bilinear. It is differentiable.
public struct TensorResize: Codable, Hashable, Sendable {
  /// Which way the long side is rounded.
  public enum LongSide: String, Codable, Hashable, Sendable {
    /// `shortSide · long / short` in whole numbers (torchvision's `Resize`).
    case exact
    /// `long / short · shortSide` in float64, rounded down (pytorchvideo's `ShortSideScale`).
    case float
  }

  /// The pixels of the short side.
  public var shortSide: Int
  /// How pixels are weighed.
  public var interpolation: Tensor.Interpolation
  /// Which way the long side is rounded.
  public var longSide: LongSide

  /// Creates a resize.
  public init(
    shortSide: Int, interpolation: Tensor.Interpolation, longSide: LongSide = .exact
  ) {
    self.shortSide = shortSide
    self.interpolation = interpolation
    self.longSide = longSide
  }

  /// The planes `(N, C, H, W)` at the new size.
  ///
  /// - Throws: ``MediaError`` when a side is not positive, or the result over ``ImageLimits``.
  public func callAsFunction(_ planes: Tensor) throws -> Tensor {
    let shape = planes.shape
    guard shape.count == 4 else {
      throw MediaError("planes of sizes \(shape) cannot be resized")
    }
    let size = ImageSize(width: shape[3], height: shape[2])
    let target = try target(for: size)
    guard target != size else { return planes }
    return try planes.resized(
      height: target.height, width: target.width, by: interpolation, antialias: false)
  }

  /// The size that an image of `size` gets.
  func target(for size: ImageSize) throws(MediaError) -> ImageSize {
    let short = min(size.width, size.height)
    let long = max(size.width, size.height)
    let limit = ImageLimits().pixels
    guard short > 0, (1...16384).contains(shortSide), long / short <= limit / shortSide / shortSide
    else {
      throw MediaError(
        "an image of \(size) pixels cannot be resized to a short side of \(shortSide)",
        hint: "crop the image")
    }
    let newLong =
      switch longSide {
      case .exact: shortSide * long / short
      case .float: Int(Double(long) / Double(short) * Double(shortSide))
      }
    return size.width <= size.height
      ? ImageSize(width: shortSide, height: newLong)
      : ImageSize(width: newLong, height: shortSide)
  }
}

extension Tensor {
  /// The centre of planes `(N, C, H, W)` of at least that size, as torchvision crops it.
  func centerCropped(to side: Int) throws -> Tensor {
    let (height, width) = (shape[2], shape[3])
    let top = CropRounding.halfToEven.start(of: side, on: height)
    let left = CropRounding.halfToEven.start(of: side, on: width)
    return try slice(2, top..<top + side).slice(3, left..<left + side)
  }
}
