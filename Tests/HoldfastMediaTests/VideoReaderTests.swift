import Foundation
import HoldfastMedia
import Testing

/// Whether `ffmpeg` and `ffprobe` are here.
private let hasFFmpeg: Bool = {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return ["ffmpeg", "ffprobe"].allSatisfy { program in
    folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }
}()

/// Runs a program to its end, which must be a good one.
private func run(_ program: String, _ arguments: [String]) throws {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.standardInput = FileHandle.nullDevice
  let ended = DispatchSemaphore(value: 0)
  process.terminationHandler = { _ in ended.signal() }
  try process.run()
  ended.wait()
  try #require(process.terminationStatus == 0)
}

/// Writes a program by another process.
///
/// A file that this process still has open for writing, or that a process which a test beside this one
/// started has inherited so, cannot be run.
private func writeProgram(_ script: String, to place: URL) throws {
  try run(
    "/bin/sh", ["-c", "printf %s \"$1\" >\"$2\" && chmod 755 \"$2\"", "sh", script, place.path])
}

@Suite("Videos read by ffmpeg", .enabled(if: hasFFmpeg, "ffmpeg is not installed"))
struct VideoReaderTests {
  let clip: Clip

  init() throws {
    clip = try patternClip(48, 32, frames: 12)
  }

  /// Writes the clip's frames to a folder and has ffmpeg make a video of them.
  private func encode(_ clip: Clip, _ folder: URL, _ name: String, _ options: [String]) throws
    -> String
  {
    for (index, frame) in clip.frames.enumerated() {
      let place = folder.appending(path: String(format: "%04d.png", index))
      try Data(encodePNG(frame)).write(to: place)
    }
    let path = folder.appending(path: name).path
    try run(
      "/usr/bin/env",
      ["ffmpeg", "-v", "error", "-nostdin", "-y", "-framerate", "10"]
        + ["-i", folder.appending(path: "%04d.png").path] + options + ["file:\(path)"])
    for index in clip.frames.indices {
      try FileManager.default.removeItem(
        at: folder.appending(path: String(format: "%04d.png", index)))
    }
    return path
  }

  /// Codecs that lose nothing, so that the pixels are those that went in.
  private static let lossless = ["-c:v", "ffv1", "-pix_fmt", "bgr0"]

  @Test("Lossless videos give the frames that went in", arguments: ["a.mkv", "a.avi"])
  func lossless(name: String) throws {
    try withFolder { folder in
      let path = try encode(clip, folder, name, Self.lossless)
      let read = try VideoReader().clip(file: path)
      #expect(read.frames == clip.frames)
      #expect(read.rate == 10)
      #expect(try Clip(path: path) == read)

      let preparation = ClipPreprocessor(choice: .whole(count: 5), side: 16)
      let input = try preparation.prepare(.file(path))
      #expect(try preparation.prepare(.medium(.clip(clip))) == input)
      let bytes = try Array(Data(contentsOf: URL(filePath: path)))
      #expect(try preparation.prepare(.bytes(bytes, name: "a.video")) == input)
    }
  }

  @Test(
    "Videos that lose something give frames near those that went in",
    arguments: [
      ("a.mp4", ["-c:v", "mpeg4", "-q:v", "1"]), ("a.mov", ["-c:v", "mjpeg", "-q:v", "1"]),
      ("a.avi", ["-c:v", "mpeg4", "-q:v", "1"]),
    ])
  func lossy(name: String, options: [String]) throws {
    try withFolder { folder in
      // Smooth frames, as codecs are made for.
      let frames = try (0..<9).map { index in
        try Image(
          width: 32, height: 32,
          pixels: (0..<32 * 32 * 3).map { UInt8($0 / 96 * 4 + 10 * index) })
      }
      let path = try encode(Clip(frames: frames), folder, name, options)
      let read = try VideoReader().clip(file: path)
      #expect(read.frames.count == 9)
      for (found, expected) in zip(read.frames, frames) {
        #expect(largestDifference(found.pixels, expected.pixels) <= 12)
      }
    }
  }

  @Test("Each frame of a video of varying rate counts once")
  func varyingRate() throws {
    try withFolder { folder in
      // Frame n comes at n² tenths of a second.
      let path = try encode(
        clip, folder, "a.mkv",
        Self.lossless + ["-vf", "setpts=N*N/10/TB", "-fps_mode", "passthrough"])
      #expect(try VideoReader().clip(file: path).frames == clip.frames)
      let preparation = ClipPreprocessor(choice: .whole(count: 8), side: 16)
      #expect(
        try preparation.prepare(.file(path)) == preparation.prepare(.medium(.clip(clip))))
    }
  }

  @Test("Older programs, which call the passing of frames otherwise, are understood")
  func older() throws {
    try withFolder { folder in
      let path = try encode(clip, folder, "a.mkv", Self.lossless)
      let program = folder.appending(path: "ffmpeg")
      let script = """
        #!/bin/sh
        case "$*" in *-fps_mode*)
          echo "Unrecognized option 'fps_mode'." >&2
          echo "Error splitting the argument list: Option not found" >&2
          exit 1
        esac
        exec ffmpeg "$@"
        """
      try writeProgram(script, to: program)
      #expect(try VideoReader(ffmpeg: program.path).clip(file: path).frames == clip.frames)
    }
  }

  @Test("A thousand frames can be chosen of more")
  func manyFrames() throws {
    try withFolder { folder in
      let many = try Clip(
        frames: (0..<1100).map { index in
          try Image(
            width: 2, height: 2,
            pixels: (0..<12).map { UInt8((index + 20 * $0) % 256) })
        })
      let path = try encode(many, folder, "a.mkv", Self.lossless)
      let preparation = ClipPreprocessor(choice: .whole(count: 1024), side: 2)
      #expect(
        try preparation.prepare(.file(path)) == preparation.prepare(.medium(.clip(many))))
    }
  }

  @Test("A video of one frame is one")
  func oneFrame() throws {
    try withFolder { folder in
      let one = try Clip(frames: [pattern(20, 18)])
      let path = try encode(one, folder, "a.mkv", Self.lossless)
      #expect(try VideoReader().clip(file: path).frames == one.frames)
      for preparation in [ClipPreprocessor.languageBind(), .imageBind()] {
        var preparation = preparation
        preparation.side = 16
        #expect(
          try preparation.prepare(.file(path)) == preparation.prepare(.medium(.clip(one))))
      }
    }
  }

  @Test("Names that look like options, protocols and patterns are names")
  func names() throws {
    try withFolder { folder in
      let path = try encode(clip, folder, "a.mkv", Self.lossless)
      for name in ["-i", "http:x.mkv", "%03d.mkv", "a'b|c d.mkv", "concat:a.mkv|a.mkv"] {
        let other = folder.appending(path: name).path
        try FileManager.default.copyItem(atPath: path, toPath: other)
        #expect(try VideoReader().clip(file: other).frames.count == 12, "\(name)")
      }
    }
  }

  @Test("A list that names another file opens nothing")
  func playlists() throws {
    try withFolder { folder in
      let path = try encode(clip, folder, "a.mkv", Self.lossless)
      let list = folder.appending(path: "list.mp4")
      for text in ["ffconcat version 1.0\nfile a.mkv\n", "#EXTM3U\n#EXTINF:1,\nfile:\(path)\n"] {
        try Data(text.utf8).write(to: list)
        #expect(throws: MediaError.self) { try VideoReader().clip(file: list.path) }
      }
    }
  }

  @Test("What is no video, empty or damaged is refused")
  func damaged() throws {
    try withFolder { folder in
      let path = try encode(clip, folder, "a.mkv", Self.lossless)
      let bytes = try Data(contentsOf: URL(filePath: path))
      let other = folder.appending(path: "b.mkv")
      var spoilt = bytes
      for place in stride(from: bytes.count / 2, to: bytes.count - 200, by: 3) {
        spoilt[place] ^= 0x5A
      }
      for content in [Data("not a video".utf8), bytes.prefix(100), spoilt] {
        try content.write(to: other)
        let error = try #require(throws: MediaError.self) {
          try VideoReader().clip(file: other.path)
        }
        #expect(error.file == other.path)
        #expect(error.hint?.contains("folder") == true)
      }
      try Data().write(to: other)
      #expect(throws: (any Error).self) {
        try ClipPreprocessor.languageBind().prepare(.file(other.path))
      }
      #expect(throws: MediaError.self) {
        try VideoReader().clip(file: folder.appending(path: "none.mp4").path)
      }
      let error = try #require(throws: MediaError.self) {
        try ClipPreprocessor.languageBind().prepare(.bytes([1, 2, 3], name: "c.mp4"))
      }
      #expect(error.file == "c.mp4")
    }
  }

  @Test(
    "A video that was cut short is refused, wherever",
    arguments: [("a.mkv", "ffv1"), ("a.avi", "ffv1"), ("a.mp4", "mpeg4")])
  func cutShort(name: String, codec: String) throws {
    try withFolder { folder in
      let path = try encode(clip, folder, name, ["-c:v", codec])
      let bytes = try Data(contentsOf: URL(filePath: path))
      for part in [0.3, 0.6, 0.9] {
        try bytes.prefix(Int(Double(bytes.count) * part)).write(to: URL(filePath: path))
        #expect(throws: MediaError.self, "\(part)") { try VideoReader().clip(file: path) }
      }
    }
  }

  @Test("Limits of pixels, bytes and time hold")
  func limits() throws {
    try withFolder { folder in
      let path = try encode(clip, folder, "a.mkv", Self.lossless)
      for limits in [
        VideoLimits(pixels: 48 * 32 - 1), VideoLimits(bytes: 12 * 48 * 32 * 3 - 1),
        VideoLimits(seconds: 0),
      ] {
        let error = try #require(throws: MediaError.self) {
          try VideoReader(limits: limits).clip(file: path)
        }
        #expect(error.file == path)
      }
      // Two frames fit where twelve do not.
      let reader = VideoReader(limits: VideoLimits(bytes: 2 * 48 * 32 * 3))
      _ = try ClipPreprocessor(choice: .whole(count: 2), side: 8)
        .prepare(.file(path), reader: reader)
    }
  }

  /// Two programs start for each file, a tenth of a second and more: hence 40 and not thousands.
  ///
  /// What is ours, the reading of what they write, is the same for every file.
  @Test("40 videos with flipped bits neither crash nor hang")
  func flippedBits() throws {
    try withFolder { folder in
      let path = try encode(
        Clip(frames: Array(clip.frames.prefix(4))), folder, "a.mp4", ["-c:v", "mpeg4"])
      let whole = try Array(Data(contentsOf: URL(filePath: path)))
      var generator = SeededGenerator(state: 4)
      var refused = 0
      for _ in 0..<40 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...8, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        do {
          let input = try ClipPreprocessor(choice: .whole(count: 2), side: 8).prepare(
            .bytes(bytes, name: "a.mp4"),
            reader: VideoReader(limits: VideoLimits(pixels: 1 << 20, seconds: 20)))
          #expect(input.shape == [3, 2, 8, 8])
        } catch let error as MediaError {
          #expect(error.file == "a.mp4")
          refused += 1
        }
      }
      #expect((1..<40).contains(refused))
    }
  }
}

@Suite("Videos without ffmpeg")
struct MissingVideoReaderTests {
  @Test("The error names the program and the folder of frames as the way out")
  func missing() throws {
    for reader in [
      VideoReader(ffprobe: "/nowhere/ffprobe"), VideoReader(ffprobe: "no-such-ffprobe"),
    ] {
      let error = try #require(throws: MediaError.self) {
        try ClipPreprocessor.languageBind().prepare(
          .bytes(Array("....ftypisom".utf8), name: "a.mp4"), reader: reader)
      }
      #expect(error.what.contains(reader.ffprobe))
      #expect(error.file == "a.mp4")
      #expect(error.hint?.contains("folder") == true)
    }
  }

  @Test("A program that hangs is stopped in time")
  func hang() throws {
    try withFolder { folder in
      let program = folder.appending(path: "ffprobe")
      try writeProgram("#!/bin/sh\nexec sleep 60\n", to: program)
      let clock = ContinuousClock()
      let start = clock.now
      let error = try #require(throws: MediaError.self) {
        try VideoReader(ffprobe: program.path, limits: VideoLimits(seconds: 0.3))
          .clip(file: "a.mp4")
      }
      #expect(error.what.contains("longer"))
      #expect(clock.now - start < .seconds(20))
    }
  }
}
