import Foundation
import Holdfast

extension Reader {
  /// Videos, by the programs that decode them; each file takes these some tenths of a second.
  static let video = Reader(
    name: "video",
    examples: {
      try [
        ["-c:v", "mpeg4", "-f", "mp4"], ["-c:v", "ffv1", "-f", "matroska"],
        ["-c:v", "mjpeg", "-f", "avi"],
      ].map { form in
        try written { folder in try writeVideo(form, to: "\(folder)/video.mp4") }
      }
    },
    isThere: { ["ffmpeg", "ffprobe"].allSatisfy { (try? ran([$0, "-version"])) == true } },
    read: { folder in _ = try VideoReader().clip(file: "\(folder)/video.mp4") })

  /// Six frames of a moving pattern.
  private static func writeVideo(_ form: [String], to path: String) throws {
    let source = ["-f", "lavfi", "-i", "testsrc=size=32x24:rate=6:duration=1"]
    guard try ran(["ffmpeg", "-v", "error", "-nostdin", "-y"] + source + form + ["file:\(path)"])
    else { throw MediaError("ffmpeg could not write an example", file: path) }
  }

  private static func ran(_ command: [String]) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
