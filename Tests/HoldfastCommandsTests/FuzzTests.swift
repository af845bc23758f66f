import Foundation
import HoldfastTestSupport
import Testing

/// Every reader on files that are damaged at random, in processes of their own whose memory is bounded.
///
/// `make fuzz` does the same for longer.
@Suite("Files that are damaged at random")
struct FuzzTests {
  private static let fuzz = Program.url.deletingLastPathComponent()
    .appendingPathComponent("holdfast-fuzz")

  @Test(
    "are read, or refused with an error that names them: 2,000 for each reader",
    arguments: [
      "safetensors", "torch", "jpeg", "png", "sound", "tar", "tokenizer", "run", "bundle", "numpy",
      "points", "model", "manifests", "layouts",
    ])
  func reader(name: String) throws {
    try withTemporaryFolder { folder in
      let (out, process) = (folder.appendingPathComponent("out"), Process())
      try Data().write(to: out)
      process.executableURL = Self.fuzz
      process.arguments = [name, "--count", "2000", "--seed", "20"]
      process.currentDirectoryURL = folder
      process.standardOutput = try FileHandle(forWritingTo: out)
      try process.run()
      process.waitUntilExit()
      let talk = try String(contentsOf: out, encoding: .utf8)
      #expect(process.terminationStatus == 0, "\(talk)")
      #expect(talk.contains("done \(name) 2000 files"), "\(talk)")
      #expect(talk.hasSuffix("0 problems\n"), "\(talk)")
    }
  }
}
