import Foundation
import Testing

/// Expects `text` to be what the file of that name in `Snapshots` holds.
///
/// With `HOLDFAST_UPDATE_SNAPSHOTS=1` the file is written instead; look at the difference before
/// you commit it.
func expectSnapshot(
  _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Snapshots/\(name).txt")
  if ProcessInfo.processInfo.environment["HOLDFAST_UPDATE_SNAPSHOTS"] == "1" {
    try Data(text.utf8).write(to: file)
    return
  }
  let stored = (try? String(contentsOf: file, encoding: .utf8)) ?? "(no such snapshot)"
  #expect(text == stored, "differs from \(file.lastPathComponent)", sourceLocation: sourceLocation)
}
