import Foundation
import HoldfastTestSupport
import Testing

@Suite("Models of the hub")
struct HubCommandTests {
  /// A folder whose cache holds the built-in model as `lab/tiny`.
  private func withCache(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let files = FileManager.default
      let commit = String(repeating: "c", count: 40)
      let repository = folder.appendingPathComponent("cache/models--lab--tiny")
      for name in ["refs", "snapshots"] {
        try files.createDirectory(
          at: repository.appendingPathComponent(name), withIntermediateDirectories: true)
      }
      try Data(commit.utf8).write(to: repository.appendingPathComponent("refs/main"))
      let model = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../Sources/HoldfastEngine/Models/tiny-bind")
        .standardizedFileURL
      try files.copyItem(at: model, to: repository.appendingPathComponent("snapshots/\(commit)"))
      try body(folder)
    }
  }

  @Test("are read from the cache without a network")
  func offline() throws {
    try withCache { folder in
      func embed(_ model: String) throws -> Program.Outcome {
        // A hub that cannot be reached would be noticed.
        try Program.shell(
          "HF_HUB_CACHE=cache HF_HUB_OFFLINE=1 HF_ENDPOINT=http://127.0.0.1:9 \"$holdfast\" embed "
            + "--model \(model) --text 'a red star'", in: folder)
      }
      let (cached, builtIn) = (try embed("hf:lab/tiny"), try embed("builtin"))
      #expect(cached.code == 0 && cached.talk.isEmpty, "\(cached.talk)")
      #expect(!cached.output.isEmpty && cached.output == builtIn.output)
      #expect(try embed("hf:lab/tiny@\(String(repeating: "c", count: 40))").output == cached.output)
      expectFailure(try embed("hf:lab/tiny@v2"), code: 2, "run `holdfast pull lab/tiny@v2`")
      expectFailure(try embed("hf:lab/tinny"), code: 2, "did you mean `hf:lab/tiny`")
      expectFailure(try embed("hf:lab/../tiny"), code: 2, "does not name a repository")
    }
  }

  @Test("are not fetched without a network, or from nowhere")
  func refused() throws {
    try withTemporaryFolder { folder in
      for (line, code, words) in [
        ("HF_HUB_OFFLINE=1 \"$holdfast\" pull lab/tiny", Int32(2), "HF_HUB_OFFLINE"),
        ("\"$holdfast\" pull lab//tiny", 64, "`lab//tiny` does not name a repository"),
        ("\"$holdfast\" pull", 64, "Missing expected argument"),
      ] {
        let outcome = try Program.shell("export HF_HUB_CACHE=cache; \(line)", in: folder)
        expectFailure(outcome, code: code, words)
      }
    }
  }
}
