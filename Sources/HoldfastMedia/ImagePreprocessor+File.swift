import Foundation

extension ImagePreprocessor {
  /// Reads the preprocessing that ships with a model.
  ///
  /// `json` is a Hugging Face `preprocessor_config.json` (or `processor_config.json`, which nests it)
  /// or an `open_clip_config.json`; which of them is told by its keys, and keys that do not bear on
  /// the pixels are ignored. `file` is what errors call it. Throws on malformed JSON, on values of
  /// the wrong kind or range and on steps that this library does not take.
  public init(json: [UInt8], file: String) throws(MediaError) {
    let layout = try decode(Layout.self, from: json, file: file)
    if let openCLIP = layout.openCLIP {
      try self.init(openCLIP, file: file)
    } else if layout.openCLIPModel != nil {
      try self.init(OpenCLIPPreprocessing(), file: file)
    } else if let nested = layout.nested {
      try self.init(nested, file: file)
    } else {
      try self.init(decode(HuggingFacePreprocessing.self, from: json, file: file), file: file)
    }
  }

  /// Reads the `image_processor` of a `processor_config.json`, as transformers 5 writes it; nil when
  /// the file has none, as those of transformers 4.
  ///
  /// Otherwise as ``init(json:file:)``.
  public init?(processor json: [UInt8], file: String) throws(MediaError) {
    guard let nested = try decode(Layout.self, from: json, file: file).nested else { return nil }
    try self.init(nested, file: file)
  }

  /// The keys that tell the three files apart.
  private struct Layout: Decodable {
    var openCLIP: OpenCLIPPreprocessing?
    var openCLIPModel: AnyObject?
    var nested: HuggingFacePreprocessing?

    struct AnyObject: Decodable {}

    enum CodingKeys: String, CodingKey {
      case openCLIP = "preprocess_cfg"
      case openCLIPModel = "model_cfg"
      case nested = "image_processor"
    }
  }
}

/// A size as the two kinds of file write it: one number, a pair or sides by name.
enum WrittenSize: Decodable {
  case side(Int)
  case pair(height: Int, width: Int)
  case named(Sides)

  struct Sides: Decodable {
    var height: Int?
    var width: Int?
    var shortestEdge: Int?
    var longestEdge: Int?
    var maxHeight: Int?
    var maxWidth: Int?

    enum CodingKeys: String, CodingKey {
      case height, width
      case shortestEdge = "shortest_edge"
      case longestEdge = "longest_edge"
      case maxHeight = "max_height"
      case maxWidth = "max_width"
    }

    /// Whether it asks for a rule that this library does not have.
    var isBounded: Bool { longestEdge != nil || maxHeight != nil || maxWidth != nil }
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let side = try? value.decode(Int.self) {
      self = .side(side)
    } else if let pair = try? value.decode([Int].self), pair.count == 2 {
      self = .pair(height: pair[0], width: pair[1])
    } else if let named = try? value.decode(Sides.self) {
      self = .named(named)
    } else {
      throw DecodingError.dataCorruptedError(
        in: value, debugDescription: "it is neither a number, nor a pair, nor sides by name")
    }
  }
}

/// Checks that sides are of a size that a model can have.
func checked(_ size: ImageSize, key: String, file: String) throws(MediaError) -> ImageSize {
  let sides = 1...16384
  guard sides.contains(size.width), sides.contains(size.height) else {
    throw MediaError("`\(key)` is \(size); a side must be between 1 and 16384", file: file)
  }
  return size
}

/// Checks that means or deviations are three usable numbers.
func checked(
  _ values: [Double], key: String, file: String, positive: Bool = false
) throws(MediaError) -> [Float] {
  guard values.count == 3, values.allSatisfy({ $0.isFinite && (!positive || $0 > 0) }) else {
    throw MediaError(
      "`\(key)` must be three \(positive ? "positive " : "")numbers, one for each colour",
      file: file)
  }
  return values.map { Float($0) }
}

private func decode<Value: Decodable>(
  _ type: Value.Type, from json: [UInt8], file: String
) throws(MediaError) -> Value {
  do {
    return try JSONDecoder().decode(type, from: Data(json))
  } catch let error as DecodingError {
    throw MediaError(explanation(of: error), file: file)
  } catch {
    throw MediaError("it is not valid JSON", file: file)
  }
}

private func explanation(of error: DecodingError) -> String {
  switch error {
  case .typeMismatch(_, let context), .valueNotFound(_, let context),
    .keyNotFound(_, let context), .dataCorrupted(let context):
    let key = context.codingPath.map(\.stringValue).joined(separator: ".")
    return key.isEmpty
      ? "it is not a JSON object that describes preprocessing"
      : "`\(key)` has a value of the wrong kind"
  @unknown default:
    return "it is not a JSON object that describes preprocessing"
  }
}
