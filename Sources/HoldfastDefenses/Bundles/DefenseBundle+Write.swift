import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastTensor

extension DefenseBundle {
  /// Writes the folder; each file appears whole or not at all.
  ///
  /// - Throws: `UsageError` when the folder holds something that is not a bundle, such as a model,
  ///   or a bundle that this one goes around.
  public func write(to folder: String) throws {
    try refuseOwnBase(folder)
    try Self.makeFolder(folder)
    var manifests: [BundleManifest.Layer] = []
    for (place, layer) in layers.enumerated() {
      let file = "\(folder)/\(BundleManifest.tensorsName(place))"
      try layer.writeTensors(to: file)
      manifests.append(
        BundleManifest.Layer(
          kind: layer.kind.rawValue, method: layer.method,
          parameters: try JSONValue(layer.defense), senses: layer.senses,
          checksum: try Checksum.sha256(ofFileAt: file), classes: try layer.classes,
          guide: layer.guide))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let json = try encoder.encode(
      BundleManifest(base: base, layers: manifests, training: training))
    try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: "\(folder)/\(Self.manifestName)")
  }

  /// Refuses a folder that holds a bundle around which this one goes.
  private func refuseOwnBase(_ folder: String) throws {
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    var (path, seen) = (base.path, Set<String>())
    while Self.isBundle(path), seen.insert(place(path)).inserted {
      guard place(path) != place(folder) else {
        throw UsageError(
          "the folder `\(folder)` holds a bundle that this one goes around",
          hint: "name another folder for the bundle")
      }
      path = try BundleManifest(in: path).base.path
    }
  }

  private static func makeFolder(_ folder: String) throws(UsageError) {
    let files = FileManager.default
    let held = try? files.contentsOfDirectory(atPath: folder)
    if let held, !held.allSatisfy({ $0 == trainingName }), !isBundle(folder) {
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
}

extension DefenseLayer {
  /// Writes the tensors of all modalities, in float32; each name begins with its modality.
  fileprivate func writeTensors(to file: String) throws {
    let named = fitted.flatMap { sense, fitted in
      fitted.tensors.map { (name: "\(sense.rawValue).\($0.key)", tensor: $0.value) }
    }
    let tensors = try named.sorted { $0.name < $1.name }.map { name, tensor in
      let host = try tensor.to(.cpu).to(.float32).contiguous()
      return SafetensorsWriter.Tensor(
        name: name, type: .float32, shape: host.shape, bytes: { try host.bytes() })
    }
    try SafetensorsWriter.write(tensors, metadata: ["format": "pt"], to: file)
  }
}
