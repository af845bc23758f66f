import Foundation
import HoldfastCore
import HoldfastFormats

/// What `holdfast.json` says.
struct BundleManifest: Codable {
  /// The schema that is written; older ones are read too.
  static let schema = 2

  var schema = Self.schema
  let base: DefenseBundle.Reference
  let layers: [Layer]
  let training: DefenseBundle.Training?

  /// One layer; its tensors are in a file of their own, in which each name begins with its
  /// modality: `image.anchor`.
  struct Layer: Codable {
    let kind: String
    let method: String
    let parameters: JSONValue
    let senses: [Modality]
    /// SHA-256 of the file of tensors.
    let checksum: String
    /// The classes that the layer is made for; nil when it serves any classes.
    var classes: [String]?
    let guide: DefenseBundle.Reference?
  }

  /// The file of the tensors of a layer, which count from 0.
  func tensorsName(_ layer: Int) -> String {
    schema == 1 ? "defense.safetensors" : Self.tensorsName(layer)
  }

  /// The file of the tensors of a layer, as it is written.
  static func tensorsName(_ layer: Int) -> String { "layer-\(layer + 1).safetensors" }

  /// Reads the manifest in a folder, of any schema so far.
  ///
  /// - Throws: `FormatError` for a file that is not a manifest, or has a later schema.
  init(in folder: String) throws {
    let file = "\(folder)/\(DefenseBundle.manifestName)"
    let decoder = JSONDecoder()
    let damaged = FormatError("is not the manifest of a bundle", in: file, hint: Self.again)
    guard let json = FileManager.default.contents(atPath: file),
      let version = try? decoder.decode(Version.self, from: json)
    else { throw damaged }
    switch version.schema {
    case 1:
      guard let old = try? decoder.decode(FirstSchema.self, from: json) else { throw damaged }
      self.init(old)
    case Self.schema:
      guard let read = try? decoder.decode(Self.self, from: json), !read.layers.isEmpty else {
        throw damaged
      }
      self = read
    default:
      throw FormatError(
        "is of schema \(version.schema), and this program reads 1 and \(Self.schema)", in: file,
        hint: "\(Self.again), or update Holdfast")
    }
  }

  init(
    base: DefenseBundle.Reference, layers: [Layer], training: DefenseBundle.Training?
  ) {
    self.base = base
    self.layers = layers
    self.training = training
  }

  /// What a user can do about a damaged bundle.
  static let again = "make the bundle again with `holdfast harden`"

  private struct Version: Decodable {
    let schema: Int
  }

  /// The first schema: one wrapper around a checkpoint.
  private struct FirstSchema: Decodable {
    let base: DefenseBundle.Reference
    let guide: DefenseBundle.Reference?
    let method: String
    let parameters: JSONValue
    let senses: [Modality]
    let tensors: String
  }

  private init(_ old: FirstSchema) {
    self.init(
      base: old.base,
      layers: [
        Layer(
          kind: LayerKind.wrapper.rawValue, method: old.method, parameters: old.parameters,
          senses: old.senses, checksum: old.tensors, guide: old.guide)
      ], training: nil)
    schema = 1
  }
}
