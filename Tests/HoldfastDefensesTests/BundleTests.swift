import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Bundles")
struct BundleTests {
  private func bundle() throws -> DefenseBundle {
    DefenseBundle(
      base: .init(path: "/models/a", files: ["model.safetensors": "00"]),
      layers: [
        DefenseLayer(
          RAdapt(alpha: 1.5, beta: 0.25, cutoff: 30, scaling: .asPrinted, clampsFilter: true),
          fitted: [
            .image: Fitted(["anchor": try Tensor([1, 2, 3, 4, 5, 6] as [Float], [3, 2])]),
            .audio: Fitted(["anchor": try Tensor([7, 8] as [Float], [1, 2])]),
          ], guide: .init(path: "/models/b", files: [:])),
        DefenseLayer(
          CLIPureCos(steps: 3),
          fitted: [.image: Fitted(["prompt": try .ones([1, 2])], classes: ["cat", "dog"])]),
      ], training: .init(plan: "{}", listing: "abc", steps: 7, seed: .max))
  }

  /// A written bundle, changed by `damage`, and the error of reading it.
  private func refusal(
    _ damage: (_ manifest: String, _ tensors: String) throws -> Void
  ) throws -> String {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("bundle").path
      try bundle().write(to: path)
      try damage("\(path)/\(DefenseBundle.manifestName)", "\(path)/layer-1.safetensors")
      let error = try #require(throws: FormatError.self) { try DefenseBundle(at: path) }
      return "\(error)"
    }
  }

  private func editing(_ file: String, _ change: (inout [String: Any]) -> Void) throws {
    let url = URL(fileURLWithPath: file)
    var object =
      try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any] ?? [:]
    change(&object)
    try JSONSerialization.data(withJSONObject: object).write(to: url)
  }

  /// Changes the first layer in a manifest.
  private func editingLayer(_ file: String, _ change: (inout [String: Any]) -> Void) throws {
    try editing(file) { object in
      var layers = object["layers"] as? [[String: Any]] ?? []
      change(&layers[0])
      object["layers"] = layers
    }
  }

  @Test("come back as they were written, over an older one too")
  func roundTrip() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("deep/bundle").path
      #expect(!DefenseBundle.isBundle(path))
      let written = try bundle()
      try written.write(to: path)
      try written.write(to: path)
      #expect(DefenseBundle.isBundle(path))
      let read = try DefenseBundle(at: path)
      #expect(read.base == written.base && read.training == written.training)
      #expect(read.layers.map(\.method) == ["r-adapt", "clipure-cos"])
      #expect(read.layers.map(\.guide) == written.layers.map(\.guide))
      #expect(read.layers[0].defense as? RAdapt == written.layers[0].defense as? RAdapt)
      #expect(read.layers[1].defense as? CLIPureCos == CLIPureCos(steps: 3))
      #expect(read.layers[0].senses == [.audio, .image] && read.layers[1].senses == [.image])
      #expect(read.layers[0].fitted[.image]?.classes == nil)
      #expect(read.layers[1].fitted[.image]?.classes == ["cat", "dog"])
      for sense in [Modality.image, .audio] {
        try expectClose(
          try #require(read.layers[0].fitted[sense]?["anchor"]),
          try #require(written.layers[0].fitted[sense]?["anchor"]), atol: 0)
      }
      #expect(Set(read.checksums.keys) == ["layer-1.safetensors", "layer-2.safetensors"])
      let spelling = try DefenseStack(read).spelling
      #expect(try spelling == DefenseStack(written).spelling)
      #expect(spelling.hasPrefix("r-adapt+clipure-cos [{\"alpha\":1.5,"))
    }
  }

  @Test("show every hyper-parameter in their manifest")
  func manifest() throws {
    try withTemporaryFolder { folder in
      try bundle().write(to: folder.path)
      let file = folder.appendingPathComponent(DefenseBundle.manifestName)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      #expect(object["schema"] as? Int == 2)
      let layer = try #require((object["layers"] as? [[String: Any]])?.first)
      #expect(layer["kind"] as? String == "wrapper" && layer["method"] as? String == "r-adapt")
      #expect(layer["senses"] as? [String] == ["audio", "image"])
      let parameters = try #require(layer["parameters"] as? [String: Any])
      #expect(parameters["alpha"] as? Double == 1.5)
      #expect(Set(parameters.keys) == ["alpha", "beta", "clampsFilter", "cutoff", "scaling"])
    }
  }

  @Test("are not written over something else")
  func foreignFolder() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: folder.appendingPathComponent("model.safetensors"))
      #expect(throws: UsageError.self) { try bundle().write(to: folder.path) }
      let file = folder.appendingPathComponent("model.safetensors").path
      #expect(throws: UsageError.self) { try bundle().write(to: "\(file)/bundle") }
    }
  }

  @Test("with a manifest that is torn, empty, of another shape or of the future are refused")
  func manifests() throws {
    let torn = try refusal { manifest, _ in
      let data = try Data(contentsOf: URL(fileURLWithPath: manifest))
      try data.prefix(data.count / 2).write(to: URL(fileURLWithPath: manifest))
    }
    #expect(torn.contains("is not the manifest of a bundle"))
    for text in [
      "", "null", "[]", "{\"schema\": 1}", "{\"schema\": 2}",
      "{\"schema\": 2, \"base\": {\"path\": \"/a\", \"files\": {}}, \"layers\": []}",
      String(repeating: "[", count: 100_000),
    ] {
      let message = try refusal { manifest, _ in
        try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
      }
      #expect(message.contains("is not the manifest of a bundle"))
    }
    #expect(try refusal { m, _ in try editing(m) { $0["schema"] = 3 } }.contains("is of schema 3"))
  }

  @Test("with layers that this program does not know are refused by name")
  func layers() throws {
    for (key, value, words) in [
      ("method", "magic", "the unknown method `magic`"),
      (
        "kind", "aura", "the unknown kind `aura`; this program reads wrapper, adapters, tower, head"
      ),
      ("kind", "head", "calls r-adapt a layer of kind `head`; it is of kind `wrapper`"),
    ] {
      let message = try refusal { manifest, _ in
        try editingLayer(manifest) { $0[key] = value }
      }
      #expect(message.contains(words), "\(message)")
    }
  }

  @Test("of the first schema are read as they were written")
  func firstSchema() throws {
    let golden = Golden.url("bundle-schema-1").path
    let read = try DefenseBundle(at: golden)
    #expect(read.base.path == "/models/peer" && read.base.files.count == 3)
    #expect(read.layers.count == 1 && read.training == nil)
    let layer = try #require(read.layers.first)
    #expect(layer.defense as? RAdapt == RAdapt(scaling: .keepSigma))
    #expect(layer.kind == .wrapper && layer.guide == nil && layer.senses == [.image])
    #expect(Array(read.checksums.keys) == ["defense.safetensors"])
    #expect(
      try DefenseStack(read).spelling
        == "r-adapt {\"alpha\":1.2,\"beta\":-0.8,\"clampsFilter\":false,\"cutoff\":40,"
        + "\"scaling\":\"keep-sigma\"}")
    let tower = try Peer.load("model").vision
    let own = try RAdapt(scaling: .keepSigma).fit(to: tower, guide: nil)
    try expectCloseToScale(
      #require(layer.fitted[.image]?["anchor"]), #require(own["anchor"]), ratio: 1e-5)
  }

  @Test(
    "with parameters that the method does not take are refused",
    arguments: ["cutoff=0", "cutoff=-40", "alpha=x", "scaling=often", "parameters="])
  func parameters(change: String) throws {
    let parts = change.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    let message = try refusal { manifest, _ in
      try editingLayer(manifest) { layer in
        var parameters = layer["parameters"] as? [String: Any] ?? [:]
        parameters[parts[0]] = Double(parts[1]) ?? parts[1] as Any
        layer["parameters"] = parts[0] == "parameters" ? [:] : parameters
      }
    }
    #expect(message.contains("holds parameters that r-adapt does not take"), "\(message)")
    #expect(message.contains("hint: "))
  }

  @Test("with tensors that are torn, swapped, gone or of another type are refused")
  func tensors() throws {
    let torn = try refusal { _, tensors in
      let url = URL(fileURLWithPath: tensors)
      try Data(contentsOf: url).dropLast(3).write(to: url)
    }
    #expect(torn.contains("is not the file that its manifest names"))
    let swapped = try refusal { _, tensors in
      try SafetensorsWriter.write(
        [
          .init(
            name: "image.anchor", type: .float32, shape: [1], bytes: { [0, 0, 0, 0] })
        ], to: tensors)
    }
    #expect(swapped.contains("is not the file that its manifest names"))
    let gone = try refusal { _, tensors in try FileManager.default.removeItem(atPath: tensors) }
    #expect(gone.contains("layer-1.safetensors"))
    let short = try refusal { manifest, tensors in
      try SafetensorsWriter.write(
        [.init(name: "image.anchor", type: .uint8, shape: [1], bytes: { [0] })], to: tensors)
      let sum = try Checksum.sha256(ofFileAt: tensors)
      try editingLayer(manifest) { $0["checksum"] = sum }
    }
    #expect(short.contains("not of float32"))
    let garbage = try refusal { manifest, tensors in
      try Data([UInt8](repeating: 0xFF, count: 40)).write(to: URL(fileURLWithPath: tensors))
      let sum = try Checksum.sha256(ofFileAt: tensors)
      try editingLayer(manifest) { $0["checksum"] = sum }
    }
    #expect(garbage.contains("layer-1.safetensors"))
  }
}
