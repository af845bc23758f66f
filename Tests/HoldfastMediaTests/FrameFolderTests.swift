import Foundation
import HoldfastErrors
import HoldfastMedia
import Testing

@Suite("Folders of frames")
struct FrameFolderTests {
  @Test("Frames come by their names, numbers as numbers; other files are left out")
  func order() throws {
    try withFolder { folder in
      let names = ["frame10.png", "frame9.PNG", "frame009a.png", "frame1.jpeg", "a2.png"]
      for (index, name) in names.enumerated() {
        let image = try Image(width: 1, height: 1, pixels: [UInt8(index * 20), 0, 0])
        try write(encodePNG(image), folder, name)
      }
      try write(Array("no picture".utf8), folder, "notes.txt")
      try write([0], folder, ".hidden.png")
      try FileManager.default.createDirectory(
        at: folder.appending(path: "more"), withIntermediateDirectories: false)
      let clip = try Clip(path: folder.path)
      #expect(clip.frames.map { Int($0.pixels[0]) / 20 } == [4, 3, 1, 2, 0])
      #expect(clip.rate == nil)
    }
  }

  @Test("A folder gives what the clip gives, and only the chosen frames are read")
  func preparation() throws {
    try withFolder { folder in
      let clip = try patternClip(24, 20, frames: 16)
      for (index, frame) in clip.frames.enumerated() {
        try write(encodePNG(frame), folder, "\(index).png")
      }
      // linspace takes 0, 2, 4, 6, 8, 10, 12 and 15.
      try write([1, 2, 3], folder, "1.png")
      let preparation = ClipPreprocessor(choice: .whole(count: 8), side: 16)
      let input = try preparation.prepare(.file(folder.path))
      #expect(try preparation.prepare(.medium(.clip(clip))) == input)

      try write([1, 2, 3], folder, "2.png")
      let error = try #require(throws: MediaError.self) {
        try preparation.prepare(.file(folder.path))
      }
      #expect(error.file.hasSuffix("2.png"))
    }
  }

  @Test("An empty folder, frames of two sizes and a missing folder are refused by name")
  func refusals() throws {
    try withFolder { folder in
      let preparation = ClipPreprocessor.languageBind()
      let empty = try #require(throws: MediaError.self) {
        try preparation.prepare(.file(folder.path))
      }
      #expect(empty.description.contains("no frames"))
      #expect(empty.file == folder.path)

      try write(encodePNG(pattern(4, 4)), folder, "0.png")
      try write(encodePNG(pattern(4, 5)), folder, "1.png")
      let sizes = try #require(throws: MediaError.self) {
        try preparation.prepare(.file(folder.path))
      }
      #expect(sizes.what.contains("4x5"))
      #expect(sizes.file == folder.path)
      #expect(throws: (any Error).self) { try Clip(path: folder.path + "/none") }
    }
  }

  @Test("One picture is a video of one frame")
  func picture() throws {
    try withFolder { folder in
      try write(encodePNG(pattern(6, 5)), folder, "only.png")
      let image = try pattern(6, 5)
      #expect(try Clip(path: folder.path).frames == [image])
      #expect(try Clip(path: folder.path + "/only.png").frames == [image])
    }
  }
}

/// Runs `body` with a new folder, which is removed afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "holdfast-tests-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

private func write(_ bytes: [UInt8], _ folder: URL, _ name: String) throws {
  try Data(bytes).write(to: folder.appending(path: name))
}
