import Foundation
public import HoldfastCore
import HoldfastFormats
public import HoldfastLayers
import HoldfastMedia
public import HoldfastTensor

/// One further modality of a model of the family TinyBind: a tower with its configuration.
public struct TinyBindTower {
  /// The sizes of the tower.
  public let configuration: TinyBindConfiguration
  /// The tower.
  public let encoder: TinyBindEncoder
  /// Every parameter by name; the tower shares these tensors.
  public let parameters: ParameterStore

  init(_ configuration: TinyBindConfiguration, from loader: ParameterLoader) throws {
    encoder = try TinyBindEncoder(loader.root, configuration)
    parameters = try loader.finish()
    self.configuration = configuration
  }

  /// A tower over the given parameters, which it shares.
  ///
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped.
  public init(_ configuration: TinyBindConfiguration, parameters: ParameterStore) throws {
    try self.init(
      configuration.checked(in: "the configuration given"),
      from: ParameterLoader(StoreSource(parameters)))
  }

  /// A fresh tower, to train from scratch.
  ///
  /// - Throws: ``EncoderError`` for sizes that cannot be.
  public init(
    _ configuration: TinyBindConfiguration, initializedBy generator: Generator,
    device: Device = .cpu
  ) throws {
    try self.init(
      configuration.checked(in: "the configuration given"),
      from: ParameterLoader(InitialSource(generator, device: device)))
  }

  /// The tower of a folder with `config.json` and `model.safetensors`; weights become float32.
  ///
  /// - Throws: `FormatError` for damaged files, ``EncoderError`` for a configuration that cannot
  ///   be, `CheckpointError` with every key that does not fit.
  public init(at folder: String, device: Device = .cpu) throws {
    let file = "\(folder)/config.json"
    guard let json = FileManager.default.contents(atPath: file) else {
      throw EncoderError(
        what: "the tower's configuration is missing or cannot be read", where: file,
        hint: "a tower is a folder with config.json and model.safetensors")
    }
    let configuration: TinyBindConfiguration
    do {
      configuration = try JSONDecoder().decode(TinyBindConfiguration.self, from: json)
    } catch {
      throw EncoderError(
        what: "is not a configuration of a tower: \(Self.reason(error))", where: file,
        hint: "it has the keys sense, tower and projection, as `holdfast train-tower` writes them")
    }
    try self.init(
      configuration.checked(in: file),
      from: ParameterLoader(
        CheckpointSource(
          openCheckpoint(at: "\(folder)/model.safetensors"), keys: .identity, device: device)))
  }

  /// The modality.
  public var modality: Modality { configuration.modality }

  /// This tower with other parameters of the same names, such as trainable copies.
  public func with(_ parameters: ParameterStore) throws -> TinyBindTower {
    try TinyBindTower(configuration, parameters: parameters)
  }

  /// Writes `config.json` and `model.safetensors` into a folder, which is created if missing.
  ///
  /// - Throws: what the system refuses, and `FormatError`.
  public func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try parameters.write(to: "\(folder)/model.safetensors", keys: .identity)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(
      String(decoding: encoder.encode(configuration), as: UTF8.self) + "\n",
      to: "\(folder)/config.json")
  }

  /// What is wrong with a configuration, and which key it is about.
  private static func reason(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "" : " in \(path.map(\.stringValue).joined(separator: "."))"
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "the key `\(key.stringValue)` is missing\(place(context.codingPath))"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      return "a value is of another kind\(place(context.codingPath))"
    case DecodingError.dataCorrupted(let context):
      return (context.codingPath.isEmpty ? "it is not JSON" : "a value cannot be read")
        + place(context.codingPath)
    default: return "\(error)"
    }
  }
}
