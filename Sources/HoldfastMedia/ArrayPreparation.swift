import HoldfastFormats

/// Inputs that were prepared elsewhere: arrays that numpy saved, each of the model's own shape.
public struct ArrayPreparation: Preparation {
  /// The sizes of every array.
  public let shape: [Int]

  /// Arrays of a shape.
  public init(shape: [Int]) { self.shape = shape }

  /// The shape.
  public var outputShape: [Int]? { shape }

  /// The values of an npy file, as float32.
  ///
  /// - Throws: ``MediaError`` for arrays of another shape, for numbers that are not finite, and for
  ///   media other than arrays; `FormatError` for damaged files.
  public func prepare(_ source: MediaSource) throws -> PreparedInput {
    let (file, name): (NPYFile, String) =
      switch source {
      case .file(let path): (try NPYFile(path), path)
      case .bytes(let bytes, let name):
        (try NPYFile(in: MappedFile(copying: bytes, named: name)), name)
      case .medium:
        throw MediaError("this is not an array", hint: "the model takes arrays that numpy saved")
      }
    guard file.shape == shape else {
      throw MediaError(
        "is an array of shape \(file.shape), and the model takes \(shape)", file: name,
        hint: "save one array per sample, without a batch axis")
    }
    let values = try file.floats()
    guard values.allSatisfy(\.isFinite) else {
      throw MediaError("holds a number that is not finite", file: name)
    }
    return try PreparedInput(values: values, shape: shape)
  }
}
