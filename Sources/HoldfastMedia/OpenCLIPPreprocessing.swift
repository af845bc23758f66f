/// The `preprocess_cfg` of an `open_clip_config.json`; an absent key means open_clip's default.
struct OpenCLIPPreprocessing: Decodable {
  var size: WrittenSize?
  var mode: String?
  var mean: [Double]?
  var std: [Double]?
  var interpolation: String?
  var resizeMode: String?
  var fillColor: Int?

  enum CodingKeys: String, CodingKey {
    case size, mode, mean, std, interpolation
    case resizeMode = "resize_mode"
    case fillColor = "fill_color"
  }
}

extension ImagePreprocessor {
  /// The pixels of open_clip's evaluation transform.
  init(_ config: OpenCLIPPreprocessing, file: String) throws(MediaError) {
    let mode = config.mode ?? "RGB"
    guard mode == "RGB" else {
      throw MediaError("`mode` \(mode) is not supported, only RGB is", file: file)
    }
    let size = try config.target(file: file)
    guard let fill = UInt8(exactly: config.fillColor ?? 0) else {
      throw MediaError("`fill_color` must be between 0 and 255", file: file)
    }
    self.init(
      resize: .squash(size),
      filter: try config.filter(file: file),
      mean: try config.mean.map { values throws(MediaError) in
        try checked(values, key: "mean", file: file)
      } ?? Self.clipMean,
      std: try config.std.map { values throws(MediaError) in
        try checked(values, key: "std", file: file, positive: true)
      } ?? Self.clipStd)

    switch config.resizeMode ?? "shortest" {
    case "squash":
      return
    case "longest":
      resize = .fit(size)
      crop = CenterCrop(size: size, rounding: .halfToEven, fill: fill)
    case "shortest" where size.width == size.height:
      resize = .shortSide(size.width)
      crop = CenterCrop(size: size, rounding: .halfToEven)
    case "shortest":
      // open_clip does not hand its interpolation on here.
      resize = .cover(size)
      filter = .bicubic
      crop = CenterCrop(size: size, rounding: .halfToEven)
    case let other:
      throw MediaError(
        "`resize_mode` \(other) is not supported", file: file,
        hint: "use shortest, longest or squash")
    }
  }
}

extension OpenCLIPPreprocessing {
  fileprivate func target(file: String) throws(MediaError) -> ImageSize {
    switch size ?? .side(224) {
    case .side(let side):
      return try checked(ImageSize(width: side, height: side), key: "size", file: file)
    case .pair(let height, let width):
      return try checked(ImageSize(width: width, height: height), key: "size", file: file)
    case .named:
      throw MediaError("`size` must be a number or a pair", file: file)
    }
  }

  /// `random` is for training; evaluation falls back to bicubic.
  fileprivate func filter(file: String) throws(MediaError) -> ResampleFilter {
    switch interpolation ?? "bicubic" {
    case "bicubic", "random": return .bicubic
    case "bilinear": return .bilinear
    case let other:
      throw MediaError(
        "`interpolation` \(other) is not supported", file: file,
        hint: "use bicubic or bilinear")
    }
  }
}
