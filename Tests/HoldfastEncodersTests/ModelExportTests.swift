import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastFormats
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Writing a model back")
struct ModelExportTests {
  /// A model of the goldens, as a user names it.
  struct Case: CustomTestStringConvertible, Sendable {
    let path: String
    /// Whether the file holds nothing but parameters, so that every key comes back.
    var isWhole = true

    var testDescription: String { path }
  }

  static let cases =
    [
      "hf-quick-gelu", "hf-gelu-sharded", "hf-defaults-omitted", "open-clip-quick-gelu",
      "open-clip-gelu", "image-bind", "uni-bind",
    ].map { Case(path: $0) }
    + LanguageBindPeer.all.map { Case(path: $0.folder) }
    + ["hf-gelu-bin", "openai-archive/model.pt"].map { Case(path: $0, isWhole: false) }

  private func entries(at path: String) throws -> [String: TensorEntry] {
    let source = try openCheckpoint(at: path)
    return try Dictionary(
      uniqueKeysWithValues: source.names.map { ($0, try source.entry(for: $0)) })
  }

  private func expectSame(_ a: LoadedModel, _ b: LoadedModel) throws {
    #expect(a.family == b.family && a.modalities == b.modalities)
    for (before, after) in zip(a.senses, b.senses) {
      #expect(before.preparation.outputShape == after.preparation.outputShape)
      guard before.modality != .points || before.encoder is TinyBindEncoder else { continue }
      let x = try before.noise(rows: 1)
      try expectClose(after.encoder.embed(x), before.encoder.embed(x), atol: 0, a.family)
    }
  }

  @Test("gives the same embeddings, keys, shapes and element types", arguments: cases)
  func roundTrip(model: Case) throws {
    try withTemporaryFolder { folder in
      let (path, output) = (Golden.url(model.path).path, folder.appendingPathComponent("out").path)
      let export = try ModelExport(at: path)
      try export.write(to: output)
      try expectSame(loadModel(at: path), loadModel(at: output))
      let (before, after) = (try entries(at: path), try entries(at: output))
      if model.isWhole {
        #expect(after == before)
      } else {
        #expect(!after.isEmpty && after.allSatisfy { before[$0.key] == $0.value })
      }
      #expect(try FileManager.default.subpathsOfDirectory(atPath: output).sorted() == export.files)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out"])
    }
  }

  @Test("the towers of further modalities, each in its folder")
  func towers() throws {
    try withTinyBindFolder { source in
      let output = source.deletingLastPathComponent().appendingPathComponent("out").path
      try ModelExport(at: source.path).write(to: output)
      try expectSame(loadModel(at: source.path), loadModel(at: output))
      for tower in ["thermal", "points"] {
        let file = "towers/\(tower)/model.safetensors"
        #expect(try entries(at: "\(output)/\(file)") == entries(at: "\(source.path)/\(file)"))
      }
    }
  }

  @Test("with a fine-tuned vision tower in place of the model's own")
  func vision() throws {
    let (base, tower) = (
      Golden.url("open-clip-quick-gelu").path, Golden.url("robust-tower/tower.pt").path
    )
    try withTemporaryFolder { folder in
      let output = folder.appendingPathComponent("out").path
      try ModelExport(at: base, vision: tower).write(to: output)
      try expectSame(loadModel(at: base, vision: tower), loadModel(at: output))
    }
    #expect(throws: EncoderError.self) {
      try ModelExport(at: Golden.url("image-bind").path, vision: tower)
    }
  }

  @Test("never overwrites, and takes an empty folder")
  func occupied() throws {
    let export = try ModelExport(at: Golden.url("hf-quick-gelu").path)
    try withTemporaryFolder { folder in
      let (files, mine) = (FileManager.default, folder.appendingPathComponent("mine"))
      try files.createDirectory(at: mine, withIntermediateDirectories: true)
      try Data("x".utf8).write(to: mine.appendingPathComponent("thesis.txt"))
      try files.createSymbolicLink(
        at: folder.appendingPathComponent("link"), withDestinationURL: mine)
      try Data().write(to: folder.appendingPathComponent("file"))
      for name in ["mine", "link", "file"] {
        let place = folder.appendingPathComponent(name).path
        let error = #expect(throws: EncoderError.self) { try export.write(to: place) }
        #expect(error?.description.contains("hint: ") == true)
      }
      #expect(try files.contentsOfDirectory(atPath: mine.path) == ["thesis.txt"])
      try files.createDirectory(
        at: folder.appendingPathComponent("empty"), withIntermediateDirectories: true)
      try export.write(to: folder.appendingPathComponent("empty").path)
      try export.write(to: folder.appendingPathComponent("deep/er").path)
      #expect(try loadModel(at: folder.appendingPathComponent("empty").path).family == "CLIP")
    }
  }

  @Test("leaves nothing behind when a file cannot be copied")
  func unreadable() throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      let source = folder.appendingPathComponent("source")
      try files.copyItem(at: Golden.url("hf-quick-gelu"), to: source)
      try files.createDirectory(
        at: source.appendingPathComponent("added_tokens.json"), withIntermediateDirectories: true)
      let export = try ModelExport(at: source.path)
      #expect(throws: (any Error).self) {
        try export.write(to: folder.appendingPathComponent("out").path)
      }
      #expect(try files.contentsOfDirectory(atPath: folder.path) == ["source"])
    }
  }

  @Test("a model that is code says what to do")
  func script() throws {
    let error = #expect(throws: EncoderError.self) {
      try ModelExport(at: Golden.url("script/encoder.pt").path)
    }
    #expect(error?.what.contains("code") == true)
  }
}
