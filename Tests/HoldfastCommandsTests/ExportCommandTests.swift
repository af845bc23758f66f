import Foundation
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

  @Test("says that bundles cannot be written yet")
  func bundle() throws {
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
        "is a bundle")
    }
  }
}
