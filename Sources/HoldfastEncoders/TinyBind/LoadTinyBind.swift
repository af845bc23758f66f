import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastLayers
public import HoldfastTensor

/// A model of the family TinyBind: a CLIP model, and towers that were bound to its space.
public struct LoadedTinyBind {
  /// The model of the space, with the modalities image and text.
  public let base: LoadedCLIP
  /// The towers of further modalities, in the order of `Modality.allCases`.
  public let towers: [TinyBindTower]
}

/// Loads a CLIP folder with the towers of further modalities in `towers/<modality>`.
///
/// Binding further modalities to a frozen space of images and texts is ImageBind's idea (Girdhar et
/// al., 2023, section 3.1).
///
/// - Parameters:
///   - path: the folder.
///   - device: the device for the parameters.
/// - Throws: what ``loadCLIP(at:vision:tokenizer:activation:device:)`` throws; ``EncoderError`` for
///   configurations that cannot be; one `CheckpointError` with every key of every tower that does
///   not fit.
public func loadTinyBind(at path: String, device: Device = .cpu) throws -> LoadedTinyBind {
  let base = try loadCLIP(at: path, device: device)
  let folder = TinyBindFolder(path)
  var towers: [TinyBindTower] = []
  var faults = (missing: [String](), unexpected: [String](), mismatched: [String]())
  for name in folder.senses {
    let place = folder.tower(name)
    do {
      let tower = try TinyBindTower(at: place, device: device)
      guard tower.modality.rawValue == name else {
        throw EncoderError(
          what: "is a tower of the modality \(tower.modality.rawValue)", where: place,
          hint: "a tower's folder has the name of its modality")
      }
      guard tower.encoder.embeddingWidth == base.model.configuration.projection else {
        throw EncoderError(
          what: "embeds with width \(tower.encoder.embeddingWidth), but the space has "
            + "width \(base.model.configuration.projection)", where: place,
          hint: "the tower was bound to another model")
      }
      towers.append(tower)
    } catch let error as CheckpointError {
      let prefix = "\(TinyBindFolder.name)/\(name)/"
      faults.missing += error.missing.map { prefix + $0 }
      faults.unexpected += error.unexpected.map { prefix + $0 }
      faults.mismatched += error.mismatched.map { prefix + $0 }
    }
  }
  guard faults.missing.isEmpty, faults.unexpected.isEmpty, faults.mismatched.isEmpty else {
    throw CheckpointError(
      file: path, missing: faults.missing, unexpected: faults.unexpected,
      mismatched: faults.mismatched)
  }
  return LoadedTinyBind(base: base, towers: towers)
}

/// The towers of a folder on disk.
public struct TinyBindFolder: Sendable {
  /// The folder in which each modality has one of its own.
  public static let name = "towers"

  private let path: String

  /// The folder of a model.
  public init(_ path: String) { self.path = path }

  /// The folder of a modality's tower.
  public func tower(_ sense: String) -> String { "\(path)/\(Self.name)/\(sense)" }

  /// The names of the modalities that have one: known ones in the order of `Modality.allCases`,
  /// then all others.
  public var senses: [String] {
    let known = Modality.allCases.map(\.rawValue)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(Self.name)")) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted { first, second in
      let places = [first, second].map { known.firstIndex(of: $0) ?? known.count }
      return (places[0], first) < (places[1], second)
    }
  }

  /// Why the folder of one tower is not a model; nil for any other folder.
  static func refusal(ofTowerAt path: String) -> EncoderError? {
    guard let json = FileManager.default.contents(atPath: "\(path)/config.json"),
      let tower = try? JSONDecoder().decode(TinyBindConfiguration.self, from: json)
    else { return nil }
    let place = URL(fileURLWithPath: path).standardizedFileURL
    let model = place.deletingLastPathComponent().deletingLastPathComponent().path
    let isInPlace = FileManager.default.fileExists(atPath: "\(model)/config.json")
    return EncoderError(
      what: "is the \(tower.modality.rawValue) tower of a model, not a model", where: path,
      hint: isInPlace
        ? "give the folder of the model: `\(model)`"
        : "put it into a CLIP folder as \(name)/\(tower.modality.rawValue), and give that folder")
  }
}
