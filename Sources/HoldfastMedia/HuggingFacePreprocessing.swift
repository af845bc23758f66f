/// What a `preprocessor_config.json`, or the `image_processor` of a `processor_config.json`, says of
/// CLIP's image processor; an absent key means the class's default.
struct HuggingFacePreprocessing: Decodable {
  var imageProcessorType: String?
  var featureExtractorType: String?
  var doResize: Bool?
  var size: WrittenSize?
  var resample: Int?
  var doCenterCrop: Bool?
  var cropSize: WrittenSize?
  var doRescale: Bool?
  var rescaleFactor: Double?
  var doNormalize: Bool?
  var imageMean: [Double]?
  var imageStd: [Double]?
  var doPad: Bool?
  var doConvertRgb: Bool?

  enum CodingKeys: String, CodingKey {
    case size, resample
    case imageProcessorType = "image_processor_type"
    case featureExtractorType = "feature_extractor_type"
    case doResize = "do_resize"
    case doCenterCrop = "do_center_crop"
    case cropSize = "crop_size"
    case doRescale = "do_rescale"
    case rescaleFactor = "rescale_factor"
    case doNormalize = "do_normalize"
    case imageMean = "image_mean"
    case imageStd = "image_std"
    case doPad = "do_pad"
    case doConvertRgb = "do_convert_rgb"
  }

  /// The names that transformers has given to one and the same processor.
  static let classes = [
    "CLIPImageProcessor", "CLIPImageProcessorFast", "CLIPImageProcessorPil", "CLIPFeatureExtractor",
  ]
}

extension ImagePreprocessor {
  /// The pixels of transformers' PIL-backed `CLIPImageProcessor`, byte for byte.
  ///
  /// As there, pictures with transparency are laid on white before anything else. The
  /// torchvision-backed class, the default since transformers 5, resizes with other rounding:
  /// it differs by at most 2 on under 1 % of the values.
  init(_ config: HuggingFacePreprocessing, file: String) throws(MediaError) {
    let name = config.imageProcessorType ?? config.featureExtractorType
    if let name, !HuggingFacePreprocessing.classes.contains(name) {
      throw MediaError(
        "the image processor `\(name)` is not supported", file: file,
        hint: "these are: \(HuggingFacePreprocessing.classes.joined(separator: ", "))")
    }
    if config.doPad == true {
      throw MediaError("`do_pad` is not supported", file: file)
    }
    let factor = config.rescaleFactor ?? 1 / 255
    guard config.doRescale ?? true, abs(factor * 255 - 1) < 1e-6 else {
      throw MediaError(
        "pixels are not rescaled by 1/255, so attack radii would not be in units of [0, 1]",
        file: file, hint: "set `do_rescale` to true and `rescale_factor` to 0.00392156862745098")
    }
    guard let filter = ResampleFilter(pillowCode: config.resample ?? 3) else {
      throw MediaError("`resample` is \(config.resample ?? 3), not one of 0 to 5", file: file)
    }
    let normalises = config.doNormalize ?? true
    self.init(
      resize: config.doResize ?? true ? try config.target(file: file) : .none,
      filter: filter,
      crop: config.doCenterCrop ?? true ? try config.crop(file: file) : nil,
      mean: normalises
        ? try config.imageMean.map { values throws(MediaError) in
          try checked(values, key: "image_mean", file: file)
        } ?? Self.clipMean
        : [0, 0, 0],
      std: normalises
        ? try config.imageStd.map { values throws(MediaError) in
          try checked(values, key: "image_std", file: file, positive: true)
        } ?? Self.clipStd
        : [1, 1, 1],
      background: config.doConvertRgb ?? true ? 255 : nil)
  }
}

extension HuggingFacePreprocessing {
  fileprivate func target(file: String) throws(MediaError) -> ImagePreprocessor.Resize {
    switch size ?? .side(224) {
    case .side(let side):
      return .shortSide(
        try checked(ImageSize(width: side, height: side), key: "size", file: file).width)
    case .pair(let height, let width):
      return .squash(try checked(ImageSize(width: width, height: height), key: "size", file: file))
    case .named(let sides):
      switch (sides.shortestEdge, sides.height, sides.width) {
      case (let side?, nil, nil) where !sides.isBounded:
        return .shortSide(
          try checked(ImageSize(width: side, height: side), key: "size", file: file).width)
      case (nil, let height?, let width?) where !sides.isBounded:
        return .squash(
          try checked(ImageSize(width: width, height: height), key: "size", file: file))
      default:
        throw MediaError(
          "the rule in `size` is not supported", file: file,
          hint: "give `shortest_edge` alone, or `height` and `width`")
      }
    }
  }

  fileprivate func crop(file: String) throws(MediaError) -> CenterCrop {
    let written: ImageSize
    switch cropSize ?? .side(224) {
    case .side(let side):
      written = ImageSize(width: side, height: side)
    case .pair(let height, let width):
      written = ImageSize(width: width, height: height)
    case .named(let sides):
      guard let height = sides.height, let width = sides.width else {
        throw MediaError("`crop_size` needs `height` and `width`", file: file)
      }
      written = ImageSize(width: width, height: height)
    }
    return CenterCrop(
      size: try checked(written, key: "crop_size", file: file), rounding: .down)
  }
}
