import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("holdfast export")
struct ExportCommandTests {
  @Test("writes a folder that embeds like the model, and never over another")
  func builtIn() throws {
    try withTemporaryFolder { folder in
      let made = try Program.run(["export", "builtin", "--output", "copy"], in: folder)
      #expect(made.code == 0 && made.output == "copy\n", "\(made.talk)")
      #expect(made.talk.contains("towers/audio/model.safetensors"))
      func embed(_ model: String) throws -> String {
        try Program.run(["embed", "--model", model, "--text", "a red star"], in: folder).output
      }
      #expect(try embed("copy") == embed("builtin"))
      expectFailure(
        try Program.run(["export", "builtin", "--output", "copy"], in: folder), code: 2,
        "never overwrites")
    }
  }

  @Test("says that no checkpoint can hold a defence around a tower")
  func wrapped() throws {
    try withTemporaryFolder { folder in
      let made = try Program.run(
        [
          "harden", "--model", "builtin", "--method", "r-adapt", "--modality", "image", "--output",
          "b",
        ],
        in: folder)
      #expect(made.code == 0, "\(made.talk)")
      expectFailure(
        try Program.run(["export", "b", "--output", "copy"], in: folder), code: 64,
        "a defence around its tower")
    }
  }

  @Test("writes the trained weights of a bundle", arguments: ["full", "lora:rank=2,targets=all"])
  func trained(_ part: String) throws {
    try withTemporaryFolder { folder in
      let made = try Program.run(
        [
          "harden", "--model", "builtin", "--method", "fare:inner-steps=1", "--train", part,
          "--modality", "points", "--data", "scenes:train", "--subsample", "40", "--validation",
          "4",
          "--steps", "2", "--batch-size", "4", "--learning-rate", "1e-3", "--output", "b",
        ], in: folder)
      #expect(made.code == 0, "\(made.talk)")
      let copied = try Program.run(["export", "b", "--output", "copy"], in: folder)
      #expect(copied.code == 0, "\(copied.talk)")
      func embedding(_ model: String) throws -> Tensor {
        let source = try Engine(environment: [:]).load(ModelRequest(model), modality: .points)
        let scenes = Prefetcher(BuiltInModel.scenes(1, .points), preparation: source.preparation)
        let sample = try #require(try scenes.next())
        return try withoutGradients {
          try source.encoder.embed(sample.tensor(for: source.encoder.input)).normalized()
        }
      }
      let bundle = try embedding(folder.appending(path: "b").path)
      let copy = try embedding(folder.appending(path: "copy").path)
      let bare = try embedding("builtin")
      #expect(try (bundle - copy).absolute().max().item() < 1e-5)
      #expect(try (bundle - bare).absolute().max().item() > 1e-4)
    }
  }
}
