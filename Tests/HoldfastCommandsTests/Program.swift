import Foundation
import Testing

/// The built program, run as a user runs it.
enum Program {
  /// What a run left behind.
  struct Outcome {
    let code: Int32
    let output: String
    let talk: String
    /// Whether a signal ended the program.
    let wasKilled: Bool
  }

  /// Where the build put the program.
  ///
  /// Beside the tests; on macOS those are in a bundle.
  static let url: URL = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let beside =
      [Bundle.main.bundleURL, URL(fileURLWithPath: CommandLine.arguments[0])]
      + Bundle.allBundles.map(\.bundleURL)
    let folders =
      beside.flatMap { [$0, $0.deletingLastPathComponent()] }
      + [root.appendingPathComponent(".build/debug")]
    return folders.map { $0.appendingPathComponent("holdfast") }.first {
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder)
        && !isFolder.boolValue
    } ?? root
  }()

  /// Runs `holdfast` with some arguments in a folder.
  static func run(_ arguments: [String], in folder: URL) throws -> Outcome {
    try launch(url, arguments, in: folder)
  }

  /// Runs a line of a shell, in which `$holdfast` is the program.
  static func shell(_ line: String, in folder: URL) throws -> Outcome {
    try launch(URL(fileURLWithPath: "/bin/bash"), ["-c", line], in: folder)
  }

  private static func launch(
    _ program: URL, _ arguments: [String], in folder: URL
  ) throws -> Outcome {
    let files = FileManager.default
    let scratch = files.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try files.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: scratch) }
    let (out, err) = (
      scratch.appendingPathComponent("out"), scratch.appendingPathComponent("err")
    )
    for file in [out, err] { try Data().write(to: file) }
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging([
      "holdfast": url.path, "COLUMNS": "100",
    ]) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: try String(contentsOf: out, encoding: .utf8),
      talk: try String(contentsOf: err, encoding: .utf8),
      wasKilled: process.terminationReason == .uncaughtSignal)
  }
}

/// Expects a failure as users should see it: nothing on standard output, one sentence, one hint.
@discardableResult
func expectFailure(
  _ outcome: Program.Outcome, code: Int32, _ words: String = "",
  sourceLocation: SourceLocation = #_sourceLocation
) -> String {
  let talk = outcome.talk
  #expect(outcome.code == code, "\(talk)", sourceLocation: sourceLocation)
  #expect(!outcome.wasKilled, sourceLocation: sourceLocation)
  #expect(outcome.output.isEmpty, sourceLocation: sourceLocation)
  let paragraphs = talk.split(separator: "\n", omittingEmptySubsequences: false)
  let isShaped =
    paragraphs.count == 4 && paragraphs[0].hasPrefix("error: ") && paragraphs[1].isEmpty
    && paragraphs[2].hasPrefix("hint: ") && paragraphs[3].isEmpty
  #expect(isShaped, "not a sentence and a hint:\n\(talk)", sourceLocation: sourceLocation)
  #expect(words.isEmpty || talk.contains(words), "\(talk)", sourceLocation: sourceLocation)
  return talk
}
