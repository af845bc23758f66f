import Foundation
public import HoldfastCore
import HoldfastFormats
public import HoldfastTensor

/// A defence on disk: a folder with `holdfast.json` and `defense.safetensors`.
///
/// The base checkpoint is named by path and by the hash of each of its files, and not copied.
public struct DefenseBundle {
  /// The folder's file that says what it is.
  public static let manifestName = "holdfast.json"
  static let tensorsName = "defense.safetensors"

  /// A model that a bundle refers to.
  public struct Reference: Codable, Hashable, Sendable {
    /// Where it was when the bundle was made; absolute.
    public let path: String
    /// SHA-256 by file name.
    public let files: [String: String]

    /// A model at `path`.
    public init(path: String, files: [String: String]) {
      self.path = path
      self.files = files
    }
  }

  /// The checkpoint that the defence goes around.
  public let base: Reference
  /// The checkpoint that it learned from; none for most.
  public let guide: Reference?
  /// The defence.
  public let defense: any InferenceDefense
  /// Its tensors, by name.
  public let fitted: [String: Tensor]

  /// A bundle of the given parts.
  public init(
    base: Reference, guide: Reference?, defense: any InferenceDefense, fitted: [String: Tensor]
  ) {
    self.base = base
    self.guide = guide
    self.defense = defense
    self.fitted = fitted
  }

  /// Whether a path is that of a bundle.
  public static func isBundle(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(manifestName)")
  }

  private struct Manifest: Codable {
    var schema = 1
    let method: String
    let parameters: String
    let base: Reference
    let guide: Reference?
  }

  /// The defence as it can be spelled in a record: its name and hyper-parameters as JSON.
  public var spelling: String {
    get throws { "\(type(of: defense).name) \(try Self.parameters(of: defense))" }
  }

  private static func parameters(of defense: any InferenceDefense) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(defense), as: UTF8.self)
  }

  /// Writes the folder; each file appears whole or not at all.
  public func write(to folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw UsageError(
        "the folder `\(folder)` cannot be made", hint: "check the path and its permissions")
    }
    let tensors = try fitted.sorted { $0.key < $1.key }.map { name, tensor in
      let host = try tensor.to(.cpu).to(.float32).contiguous()
      return SafetensorsWriter.Tensor(
        name: name, type: .float32, shape: host.shape, bytes: { try host.bytes() })
    }
    try SafetensorsWriter.write(
      tensors, metadata: ["format": "pt"], to: "\(folder)/\(Self.tensorsName)")
    let manifest = Manifest(
      method: type(of: defense).name, parameters: try Self.parameters(of: defense), base: base,
      guide: guide)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json = try encoder.encode(manifest)
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: "\(folder)/\(Self.manifestName)")
  }

  /// Reads the folder.
  public init(at folder: String) throws {
    let file = "\(folder)/\(Self.manifestName)"
    let manifest: Manifest
    do {
      manifest = try JSONDecoder().decode(
        Manifest.self, from: Data(contentsOf: URL(fileURLWithPath: file)))
    } catch {
      throw UsageError(
        "`\(file)` is not the manifest of a bundle", hint: "make the bundle again with `harden`")
    }
    guard manifest.schema == 1 else {
      throw UsageError(
        "`\(file)` is of schema \(manifest.schema), and this program reads 1",
        hint: "make the bundle again with `harden`, or update Holdfast")
    }
    base = manifest.base
    guide = manifest.guide
    do {
      defense = try DefenseTable.entry(named: manifest.method)
        .decode(Data(manifest.parameters.utf8))
    } catch let error as DecodingError {
      throw UsageError(
        "`\(file)` holds parameters that \(manifest.method) does not take: \(error)",
        hint: "make the bundle again with `harden`")
    }
    let tensors = try SafetensorsFile("\(folder)/\(Self.tensorsName)")
    var fitted: [String: Tensor] = [:]
    for name in tensors.names {
      let entry = try tensors.entry(for: name)
      guard entry.type == .float32 else {
        throw UsageError("`\(name)` in `\(folder)/\(Self.tensorsName)` is not of float32")
      }
      fitted[name] = try tensors.withBytes(of: name) { bytes in
        try Tensor(bytes: bytes, shape: entry.shape, dtype: .float32)
      }
    }
    self.fitted = fitted
  }
}
