import HoldfastFormats

extension MediaSource {
  /// The picture of a source, coloured, and what errors call it.
  func image(for reader: String) throws -> (Image, String) {
    switch self {
    case .medium(.image(let image)): return (image, "")
    case .medium(.gray(let gray)) where gray.depth == 8: return (gray.rgb, "")
    case .medium: throw MediaError("this is not a picture", hint: "the model takes \(reader)")
    case .bytes(let bytes, let name): return (try decodeImage(bytes, name: name), name)
    case .file(let path):
      let bytes = try FileReader.bytes(of: path)
      return (try decodeImage(bytes, name: path), path)
    }
  }

  /// The picture of a source, one value per pixel, and what errors call it.
  ///
  /// Colours become grey unless `exactly` asks for values as they are.
  func gray(for reader: String, exactly: Bool = false) throws -> (GrayImage, String) {
    switch self {
    case .medium(.gray(let gray)): return (gray, "")
    case .medium(.image(let image)) where !exactly: return (GrayImage(image), "")
    case .medium: throw MediaError("this is not a picture", hint: "the model takes \(reader)")
    case .bytes(let bytes, let name):
      return (try decodeGray(bytes, name: name, exactly: exactly), name)
    case .file(let path):
      let bytes = try FileReader.bytes(of: path)
      return (try decodeGray(bytes, name: path, exactly: exactly), path)
    }
  }
}

/// Does something, and says in its errors which file it was about.
func naming<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as MediaError where error.file.isEmpty {
    throw MediaError(error.what, file: file, hint: error.hint)
  }
}
