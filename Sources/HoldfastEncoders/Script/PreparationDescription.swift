public import HoldfastMedia

/// How files become the inputs of a model that is given as code.
public enum PreparationDescription: Hashable, Sendable {
  /// JPEG and PNG files: resized, cropped, in [0, 1].
  case picture(ImagePreprocessor)
  /// Sound files: resampled, one channel, cut or followed by silence to the length.
  case sound(SoundPreprocessor)
  /// Arrays that numpy saved.
  case array(ArrayPreparation)

  /// What a data set's files are handed to.
  public var preparation: any Preparation {
    switch self {
    case .picture(let pictures): pictures
    case .sound(let sounds): sounds
    case .array(let arrays): arrays
    }
  }

  /// Reads `"array"`, `{"resize": …, "size": …, "interpolation": …, "crop": …}` or `{"rate": …}`.
  init(_ values: KnownKeys, shape: [Int], range: ClosedRange<Float>?) throws {
    if let word = try? values.require("preparation", String.self) {
      try values.check(
        word == "array",
        "has the `preparation` \"\(word)\"; write \"array\" for .npy files, {\"resize\": …} for "
          + "pictures or {\"rate\": …} for sounds")
      self = .array(ArrayPreparation(shape: shape))
      return
    }
    let own = try values.nested("preparation", ["resize", "size", "interpolation", "crop", "rate"])
    if let rate = try own.optional("rate", Int.self) {
      self = .sound(try Self.sound(values, rate: rate, shape: shape, range: range))
    } else {
      self = .picture(try Self.picture(values, own, shape: shape, range: range))
    }
  }

  private static func sound(
    _ values: KnownKeys, rate: Int, shape: [Int], range: ClosedRange<Float>?
  ) throws -> SoundPreprocessor {
    try values.check(
      (1000...768_000).contains(rate), "has a `rate` of \(rate) Hz, which no sound has")
    try values.check(
      shape.count == 1 && shape[0] >= rate * 25 / 1000 && range == -1...1,
      "prepares sounds, which are waveforms: its `shape` must be [samples], at least 25 ms of them, "
        + "and its `range` [-1, 1]")
    let seconds = Double(shape[0]) / Double(rate)
    return SoundPreprocessor.clip(seconds: seconds, mels: 128, frames: 1, rate: rate)
      .onWaveform(samples: shape[0])
  }

  private static func picture(
    _ values: KnownKeys, _ own: KnownKeys, shape: [Int], range: ClosedRange<Float>?
  ) throws -> ImagePreprocessor {
    try values.check(
      shape.count == 3 && shape[0] == 3 && shape.allSatisfy { $0 <= 16384 },
      "prepares pictures, which are RGB: its `shape` must be [3, height, width]")
    try values.check(
      range == 0...1,
      "prepares pictures, whose `range` is [0, 1]; what the model does to them first is its "
        + "`normalization`: mean [0] and std [0.00392157] for pixels up to 255")
    let target = ImageSize(width: shape[2], height: shape[1])
    let name = try own.optional("interpolation", String.self) ?? "bicubic"
    let filters = ResampleFilter.allCases.map(\.rawValue)
    guard let filter = ResampleFilter(rawValue: name) else {
      throw values.refusal(
        "has no `interpolation` \"\(name)\"; write one of \(filters.joined(separator: ", "))")
    }
    let size = try own.optional("size", Int.self)
    try values.check(
      size.map { (1...16384).contains($0) } ?? true, "has a `size` that no picture can have")
    let resize: ImagePreprocessor.Resize
    switch try own.require("resize", String.self) {
    case "shortest": resize = .shortSide(size ?? min(shape[1], shape[2]))
    case "squash":
      try values.check(size == nil, "squashes pictures to its `shape`, so `size` means nothing")
      resize = .squash(target)
    case "none":
      try values.check(size == nil, "resizes no pictures, so `size` means nothing")
      resize = .none
    case let other:
      throw values.refusal(
        "has the `resize` \"\(other)\"; write \"shortest\", \"squash\" or \"none\"")
    }
    let crops = try own.optional("crop", Bool.self) ?? true
    if case .shortSide = resize {
      try values.check(
        crops, "resizes by the shortest side, which leaves sizes that differ; let `crop` be true")
    }
    return ImagePreprocessor(
      resize: resize, filter: filter,
      crop: crops ? CenterCrop(size: target, rounding: .halfToEven) : nil, mean: [0, 0, 0],
      std: [1, 1, 1])
  }
}
