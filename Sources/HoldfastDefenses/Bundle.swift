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
  /// The folder's file with the tensors.
  public static let tensorsName = "defense.safetensors"

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
  /// Its tensors by name, for each sense that it goes around.
  public let fitted: [Modality: [String: Tensor]]

  /// A bundle of the given parts.
  public init(
    base: Reference, guide: Reference?, defense: any InferenceDefense,
    fitted: [Modality: [String: Tensor]]
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

  /// What `holdfast.json` says, the hyper-parameters apart.
  private struct Header: Codable {
    var schema = 1
    let method: String
    let base: Reference
    let guide: Reference?
    /// The senses that the defence goes around.
    let senses: [Modality]
    /// SHA-256 of `defense.safetensors`, where each name begins with its sense: `image.anchor`.
    let tensors: String
  }

  /// The defence as it can be spelled in a record: its name and hyper-parameters as JSON.
  public var spelling: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      let parameters = String(decoding: try encoder.encode(defense), as: UTF8.self)
      return "\(type(of: defense).name) \(parameters)"
    }
  }

  /// Writes the folder; each file appears whole or not at all.
  ///
  /// - Throws: `UsageError` where the folder holds something that is no bundle, such as a model.
  public func write(to folder: String) throws {
    try Self.makeFolder(folder)
    let named = fitted.flatMap { sense, tensors in
      tensors.map { (name: "\(sense.rawValue).\($0.key)", tensor: $0.value) }
    }
    let tensors = try named.sorted { $0.name < $1.name }.map { name, tensor in
      let host = try tensor.to(.cpu).to(.float32).contiguous()
      return SafetensorsWriter.Tensor(
        name: name, type: .float32, shape: host.shape, bytes: { try host.bytes() })
    }
    let file = "\(folder)/\(Self.tensorsName)"
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: file)
    let header = Header(
      method: type(of: defense).name, base: base, guide: guide,
      senses: fitted.keys.sorted { $0.rawValue < $1.rawValue },
      tensors: try Checksum.sha256(ofFileAt: file))
    let json = try Self.manifest(header, defense)
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: "\(folder)/\(Self.manifestName)")
  }

  private static func manifest(
    _ header: Header, _ defense: some InferenceDefense
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Joined(header: header, rest: Parameters(parameters: defense)))
  }

  /// Two values whose keys stand side by side.
  private struct Joined<Rest: Encodable>: Encodable {
    let header: Header
    let rest: Rest

    func encode(to encoder: any Swift.Encoder) throws {
      try header.encode(to: encoder)
      try rest.encode(to: encoder)
    }
  }

  private static func makeFolder(_ folder: String) throws(UsageError) {
    let files = FileManager.default
    if let held = try? files.contentsOfDirectory(atPath: folder), !held.isEmpty,
      !isBundle(folder)
    {
      throw UsageError(
        "the folder `\(folder)` holds something else", hint: "name a new folder for the bundle")
    }
    do {
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw UsageError(
        "the folder `\(folder)` cannot be made", hint: "check the path and its permissions")
    }
  }

  /// Reads the folder.
  ///
  /// - Parameter entries: the defences that it may be of; add one's own to those of the table.
  /// - Throws: `FormatError` for files that are damaged, or not those that `harden` wrote.
  public init(at folder: String, entries: [DefenseEntry] = DefenseTable.entries) throws {
    let file = "\(folder)/\(Self.manifestName)"
    let again = "make the bundle again with `holdfast harden`"
    let decoder = JSONDecoder()
    guard let json = FileManager.default.contents(atPath: file),
      let header = try? decoder.decode(Header.self, from: json)
    else { throw FormatError("is not the manifest of a bundle", in: file, hint: again) }
    guard header.schema == 1 else {
      throw FormatError(
        "is of schema \(header.schema), and this program reads 1", in: file,
        hint: "\(again), or update Holdfast")
    }
    guard let entry = entries.first(where: { $0.name == header.method }) else {
      throw FormatError(
        "is of a method that is not known here, `\(header.method)`", in: file,
        hint: "update Holdfast")
    }
    do {
      defense = try entry.decode(json)
    } catch {
      throw FormatError(
        "holds parameters that \(header.method) does not take", in: file, hint: again)
    }
    base = header.base
    guide = header.guide
    let weights = "\(folder)/\(Self.tensorsName)"
    guard try Checksum.sha256(ofFileAt: weights) == header.tensors else {
      throw FormatError("is not the file that its manifest names", in: weights, hint: again)
    }
    fitted = try Self.tensors(in: weights, of: header.senses)
  }

  /// The encoder of a sense behind the defence.
  ///
  /// - Throws: `UsageError` where the bundle does not go around that sense.
  public func wrap(_ encoder: any Encoder) throws -> any Encoder {
    guard let tensors = fitted[encoder.modality] else {
      let senses = fitted.keys.map(\.rawValue).sorted().joined(separator: ", ")
      throw UsageError(
        "the bundle hardens \(senses), and not \(encoder.modality.rawValue)",
        hint: "harden that sense as well, or name another")
    }
    return try defense.wrap(encoder, fitted: tensors)
  }

  private static func tensors(
    in path: String, of senses: [Modality]
  ) throws -> [Modality: [String: Tensor]] {
    let file = try SafetensorsFile(path)
    var tensors = Dictionary(
      senses.map { ($0, [String: Tensor]()) }, uniquingKeysWith: { a, _ in a })
    for name in file.names {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let sense = Modality(rawValue: parts[0])
      guard parts.count == 2, tensors[sense] != nil else {
        throw FormatError(
          "holds a tensor `\(name)` of no sense that its manifest names", in: path,
          hint: "make the bundle again with `holdfast harden`")
      }
      let entry = try file.entry(for: name)
      guard entry.type == .float32 else {
        throw FormatError(
          "holds a tensor `\(name)` that is not of float32", in: path,
          hint: "make the bundle again with `holdfast harden`")
      }
      tensors[sense]?[parts[1]] = try file.withBytes(of: name) { bytes in
        try Tensor(bytes: bytes, shape: entry.shape, dtype: .float32)
      }
      guard try tensors[sense]?[parts[1]]?.isFinite().all().item() == 1 else {
        throw FormatError(
          "holds numbers in `\(name)` that are not finite", in: path,
          hint: "make the bundle again with `holdfast harden`")
      }
    }
    return tensors
  }
}

/// The hyper-parameters in a manifest.
struct Parameters<Defense: InferenceDefense>: Codable {
  let parameters: Defense
}
