import HoldfastFormats

extension PointPreprocessor: Preparation {
  /// `(n, 3)`.
  public var outputShape: [Int]? { [count, 3] }

  /// Points within the unit sphere, x, y and z of each: `(n, 3)`.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let (shape, name) = try Self.shape(from: source)
    do {
      return try PreparedInput(values: prepare(shape).coordinates, shape: [count, 3])
    } catch let error as MediaError where error.file.isEmpty {
      throw MediaError(error.what, file: name, hint: error.hint)
    }
  }

  /// The points or the surface of a source, and what errors call it.
  private static func shape(from source: MediaSource) throws -> (PointShape, String) {
    switch source {
    case .medium(.points(let cloud)): return (.cloud(cloud), "")
    case .medium:
      throw MediaError("these are not points", hint: "the model takes point clouds")
    case .bytes(let bytes, let name): return (try decodePoints(bytes, name: name), name)
    case .file(let path):
      let bytes = try FileReader.bytes(of: path)
      return (try decodePoints(bytes, name: path), path)
    }
  }
}
