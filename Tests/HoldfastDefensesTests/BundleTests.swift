import Foundation
import HoldfastCore
import HoldfastDefenses
import HoldfastFormats
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Bundles")
struct BundleTests {
  private func bundle() throws -> DefenseBundle {
    DefenseBundle(
      base: .init(path: "/models/a", files: ["model.safetensors": "00"]),
      guide: .init(path: "/models/b", files: [:]),
      defense: RAdapt(alpha: 1.5, beta: 0.25, cutoff: 30, scaling: .asPrinted, clampsFilter: true),
      fitted: [
        .image: ["anchor": try Tensor([1, 2, 3, 4, 5, 6] as [Float], [3, 2])],
        .audio: ["anchor": try Tensor([7, 8] as [Float], [1, 2])],
      ])
  }

  /// A written bundle, changed by `damage`, and the error of reading it.
  private func refusal(
    _ damage: (_ manifest: String, _ tensors: String) throws -> Void
  ) throws -> String {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("bundle").path
      try bundle().write(to: path)
      try damage(
        "\(path)/\(DefenseBundle.manifestName)", "\(path)/\(DefenseBundle.tensorsName)")
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
      #expect(read.base == written.base)
      #expect(read.guide == written.guide)
      #expect(read.defense as? RAdapt == written.defense as? RAdapt)
      #expect(Set(read.fitted.keys) == [.image, .audio])
      for sense in [Modality.image, .audio] {
        try expectClose(
          try #require(read.fitted[sense]?["anchor"]),
          try #require(written.fitted[sense]?["anchor"]), atol: 0)
      }
      #expect(try read.spelling == written.spelling)
      #expect(try read.spelling.hasPrefix("r-adapt {\"alpha\":1.5,"))
    }
  }

  @Test("show every hyper-parameter in their manifest")
  func manifest() throws {
    try withTemporaryFolder { folder in
      try bundle().write(to: folder.path)
      let file = folder.appendingPathComponent(DefenseBundle.manifestName)
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
      #expect(object["method"] as? String == "r-adapt")
      let parameters = try #require(object["parameters"] as? [String: Any])
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
    for text in ["", "null", "[]", "{\"schema\": 1}", String(repeating: "[", count: 100_000)] {
      let message = try refusal { manifest, _ in
        try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
      }
      #expect(message.contains("is not the manifest of a bundle"))
    }
    #expect(try refusal { m, _ in try editing(m) { $0["schema"] = 2 } }.contains("is of schema 2"))
    #expect(try refusal { m, _ in try editing(m) { $0["method"] = "magic" } }.contains("`magic`"))
  }

  @Test(
    "with parameters that the method does not take are refused",
    arguments: ["cutoff=0", "cutoff=-40", "alpha=x", "scaling=often", "parameters="])
  func parameters(change: String) throws {
    let parts = change.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    let message = try refusal { manifest, _ in
      try editing(manifest) { object in
        var parameters = object["parameters"] as? [String: Any] ?? [:]
        parameters[parts[0]] = Double(parts[1]) ?? parts[1] as Any
        object["parameters"] = parts[0] == "parameters" ? [:] : parameters
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
            name: "anchor", type: .float32, shape: [1], bytes: { [0, 0, 0, 0] })
        ], to: tensors)
    }
    #expect(swapped.contains("is not the file that its manifest names"))
    let gone = try refusal { _, tensors in try FileManager.default.removeItem(atPath: tensors) }
    #expect(gone.contains("defense.safetensors"))
    let short = try refusal { manifest, tensors in
      try SafetensorsWriter.write(
        [.init(name: "anchor", type: .uint8, shape: [1], bytes: { [0] })], to: tensors)
      let sum = try Checksum.sha256(ofFileAt: tensors)
      try editing(manifest) { $0["tensors"] = sum }
    }
    #expect(short.contains("not of float32"))
    let garbage = try refusal { manifest, tensors in
      try Data([UInt8](repeating: 0xFF, count: 40)).write(to: URL(fileURLWithPath: tensors))
      let sum = try Checksum.sha256(ofFileAt: tensors)
      try editing(manifest) { $0["tensors"] = sum }
    }
    #expect(garbage.contains("defense.safetensors"))
  }
}

@Suite("The table of defences")
struct DefenseTableTests {
  private func made(_ text: String, isGuided: Bool = false) throws -> RAdapt? {
    try DefenseTable.defense(text, isGuided: isGuided) as? RAdapt
  }

  @Test("makes what is spelled, with the paper's weights for the rest")
  func parsing() throws {
    #expect(try made("r-adapt") == RAdapt(alpha: 1.2, beta: -0.8, cutoff: 40))
    #expect(try made("r-adapt", isGuided: true) == RAdapt(alpha: 1.2, beta: 0, cutoff: 40))
    #expect(
      try made("r-adapt:alpha=0.8,beta=0.2,d0=30,scaling=keep-sigma,clamp=true")
        == RAdapt(alpha: 0.8, beta: 0.2, cutoff: 30, scaling: .keepSigma, clampsFilter: true))
  }

  @Test(
    "refuses what is not there, and says what is",
    arguments: [
      ("r-adabt", "did you mean `r-adapt`?"), ("zzz", "`holdfast list defenses` names them all"),
      ("r-adapt:gamma=1", "its options are"), ("r-adapt:d0=0", "d0=0"),
      ("r-adapt:d0=nan", "d0=nan"), ("r-adapt:alpha=inf", "alpha=inf"),
      ("r-adapt:scaling=x", "auto, as-printed or keep-sigma"), ("r-adapt:clamp=1", "true or false"),
      ("r-adapt:", "is not an option"),
    ])
  func refusals(text: String, words: String) throws {
    let error = try #require(throws: UsageError.self) {
      try DefenseTable.defense(text, isGuided: false)
    }
    #expect("\(error)".contains(words), "\(error)")
  }
}
