import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastTensor

extension DefenseBundle {
  /// Reads the folder; its base is not looked at.
  ///
  /// - Parameter entries: the defences that it may be of; add one's own to those of the table.
  /// - Throws: `FormatError` for files that are damaged, or not those that `harden` wrote.
  public init(at folder: String, entries: [DefenseEntry] = DefenseTable.entries) throws {
    let manifest = try BundleManifest(in: folder)
    var layers: [DefenseLayer] = []
    var checksums: [String: String] = [:]
    for (place, layer) in manifest.layers.enumerated() {
      let defense = try Self.defense(of: layer, in: folder, entries)
      let name = manifest.tensorsName(place)
      let file = "\(folder)/\(name)"
      guard try Checksum.sha256(ofFileAt: file) == layer.checksum else {
        throw FormatError(
          "is not the file that its manifest names", in: file, hint: BundleManifest.again)
      }
      checksums[name] = layer.checksum
      let tensors = try Self.tensors(in: file, of: layer.senses)
      layers.append(
        DefenseLayer(
          defense, fitted: tensors.mapValues { Fitted($0, classes: layer.classes) },
          guide: layer.guide))
    }
    self.init(
      base: manifest.base, layers: layers, training: manifest.training, checksums: checksums)
  }

  private static func defense(
    of layer: BundleManifest.Layer, in folder: String, _ entries: [DefenseEntry]
  ) throws -> any Defense {
    func refuse(_ what: String, hint: String = "update Holdfast") -> FormatError {
      FormatError(what, in: "\(folder)/\(manifestName)", hint: hint)
    }
    guard let kind = LayerKind(rawValue: layer.kind) else {
      let known = LayerKind.allCases.map(\.rawValue).joined(separator: ", ")
      throw refuse(
        "holds a layer of the unknown kind `\(layer.kind)`; this program reads \(known)")
    }
    guard let entry = entries.first(where: { $0.name == layer.method }) else {
      throw refuse("holds a layer of the unknown method `\(layer.method)`")
    }
    let defense: any Defense
    do {
      defense = try entry.decode(layer.parameters)
    } catch {
      throw refuse(
        "holds parameters that \(entry.name) does not take", hint: BundleManifest.again)
    }
    guard defense.kind == kind else {
      throw refuse(
        "calls \(entry.name) a layer of kind `\(kind.rawValue)`; it is of kind "
          + "`\(defense.kind.rawValue)`", hint: BundleManifest.again)
    }
    return defense
  }

  private static func tensors(
    in path: String, of senses: [Modality]
  ) throws -> [Modality: [String: Tensor]] {
    func refuse(_ what: String) -> FormatError {
      FormatError(what, in: path, hint: BundleManifest.again)
    }
    let file = try SafetensorsFile(path)
    var tensors = Dictionary(
      senses.map { ($0, [String: Tensor]()) }, uniquingKeysWith: { a, _ in a })
    for name in file.names {
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      let sense = Modality(rawValue: parts.first ?? "")
      guard parts.count == 2, tensors[sense] != nil else {
        throw refuse("holds a tensor `\(name)` of a modality that its manifest does not name")
      }
      let entry = try file.entry(for: name)
      guard entry.type == .float32 else {
        throw refuse("holds a tensor `\(name)` that is not of float32")
      }
      let tensor = try file.withBytes(of: name) { bytes in
        try Tensor(bytes: bytes, shape: entry.shape, dtype: .float32)
      }
      guard try tensor.isFinite().all().item() == 1 else {
        throw refuse("holds a tensor `\(name)` with numbers that are not finite")
      }
      tensors[sense]?[parts[1]] = tensor
    }
    return tensors
  }
}
