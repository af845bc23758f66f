/// How a model's pixels are made from an image: resize, centre crop, then x / 255.
///
/// Normalisation is not done here. The perturbation of an attack lives on the [0, 1] pixels that
/// come out of `prepare`, at the model's own size; the encoder subtracts `mean` and divides by `std`
/// inside.
public struct ImagePreprocessor: Hashable, Sendable, Codable {
  /// How the target size of the resize follows from the image's own.
  public enum Resize: Hashable, Sendable, Codable {
    /// The image keeps its size.
    case none

    /// The short side becomes this many pixels, the long side follows, rounded down.
    case shortSide(Int)

    /// Exactly this size, whatever becomes of the proportions.
    case squash(ImageSize)

    /// In proportion, as small as covers this size; sides rounded half to even.
    case cover(ImageSize)

    /// In proportion, as large as fits in this size; sides rounded half to even.
    case fit(ImageSize)
  }

  /// How the image is resized.
  public var resize: Resize

  /// The filter of the resize.
  public var filter: ResampleFilter

  /// The crop after it, nil for none.
  public var crop: CenterCrop?

  /// What the encoder subtracts from each channel of the [0, 1] pixels.
  public var mean: [Float]

  /// What the encoder divides each channel by.
  public var std: [Float]

  /// The grey level that transparent pixels are laid on when a file is decoded, 255 for white; nil
  /// when their alpha is dropped.
  public var background: UInt8?

  /// Creates a preprocessor.
  public init(
    resize: Resize, filter: ResampleFilter = .bicubic, crop: CenterCrop? = nil,
    mean: [Float] = Self.clipMean, std: [Float] = Self.clipStd, background: UInt8? = nil
  ) {
    self.resize = resize
    self.filter = filter
    self.crop = crop
    self.mean = mean
    self.std = std
    self.background = background
  }

  /// CLIP's channel means.
  ///
  /// Radford et al., 2021, the released code.
  public static let clipMean: [Float] = [0.48145466, 0.4578275, 0.40821073]

  /// CLIP's channel standard deviations.
  public static let clipStd: [Float] = [0.26862954, 0.26130258, 0.27577711]

  /// OpenAI's CLIP and open_clip: short side by bicubic, then torchvision's centre crop.
  public static func clip(size: Int = 224) -> ImagePreprocessor {
    ImagePreprocessor(
      resize: .shortSide(size),
      crop: CenterCrop(size: ImageSize(width: size, height: size), rounding: .halfToEven))
  }

  /// A square by bicubic without keeping proportions (ALBEF, BLIP, the protocol of CSR).
  public static func squash(size: Int) -> ImagePreprocessor {
    ImagePreprocessor(resize: .squash(ImageSize(width: size, height: size)))
  }

  /// The size of every prepared image, nil when it depends on the image.
  public var outputSize: ImageSize? {
    if let crop { return crop.size }
    if case .squash(let size) = resize { return size }
    return nil
  }

  /// The image at the model's own size, 8-bit; its pixel values are `planarFloats()`.
  ///
  /// The image is RGB before it is resized, as in Hugging Face's processors. OpenAI's and open_clip's
  /// transforms convert after the crop instead, which differs for images with a palette (resized
  /// there by nearest neighbour) or with alpha.
  public func prepare(_ image: Image) throws(MediaError) -> Image {
    let target = try targetSize(for: image.size)
    guard let crop else { return try image.resized(to: target, filter: filter) }
    guard target != image.size else { return try image.cropped(to: crop) }
    try crop.check()
    let kept = try image.resized(to: target, filter: filter, window: crop.window(on: target))
    return crop.padding(kept, of: target)
  }

  /// The size an image is resized to before the crop.
  func targetSize(for image: ImageSize) throws(MediaError) -> ImageSize {
    let target: ImageSize? =
      switch resize {
      case .none: image
      case .squash(let size): size
      case .shortSide(let side): Self.scaled(image, shortSide: side)
      case .cover(let size): Self.scaled(image, into: size, ratio: min)
      case .fit(let size): Self.scaled(image, into: size, ratio: max)
      }
    guard let target, target.area != nil else {
      throw MediaError("an image of \(image) pixels cannot be resized as the model asks")
    }
    return target
  }

  private static func scaled(_ image: ImageSize, shortSide: Int) -> ImageSize? {
    let short = min(image.width, image.height)
    let long = max(image.width, image.height)
    let (product, overflow) = shortSide.multipliedReportingOverflow(by: long)
    guard !overflow, short > 0 else { return nil }
    let newLong = product / short
    return image.width <= image.height
      ? ImageSize(width: shortSide, height: newLong)
      : ImageSize(width: newLong, height: shortSide)
  }

  private static func scaled(
    _ image: ImageSize, into box: ImageSize, ratio choose: (Double, Double) -> Double
  ) -> ImageSize? {
    let ratio = choose(
      Double(image.height) / Double(box.height), Double(image.width) / Double(box.width))
    guard
      box.area != nil,
      let width = Int(exactly: (Double(image.width) / ratio).rounded(.toNearestOrEven)),
      let height = Int(exactly: (Double(image.height) / ratio).rounded(.toNearestOrEven))
    else { return nil }
    return ImageSize(width: width, height: height)
  }
}
