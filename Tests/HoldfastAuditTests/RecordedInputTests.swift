import Foundation
import HoldfastData
import HoldfastMedia
import HoldfastRuns
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Files of finished samples")
struct RecordedInputTests {
  private let preparation = ImagePreprocessor(resize: .none)

  private func write(_ value: UInt8, to path: String) throws {
    let pixels = [UInt8](repeating: value, count: 2 * 2 * 3)
    let picture = try encodePNG(Image(width: 2, height: 2, pixels: pixels))
    try Data(picture).write(to: URL(fileURLWithPath: path))
  }

  @Test(
    "are refused by name once they hold something else, also by lines that know the input alone")
  func changes() throws {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("a.png").path
      let item = DataItem(id: "a", label: 0, file: path, content: .file(path))
      try write(7, to: path)
      let sample = try Prefetcher.prepare(item, preparation)
      #expect(sample.file?.count == 64)
      let lines = [
        RecordedInput(input: sample.checksum, file: sample.file),
        RecordedInput(input: sample.checksum, file: nil),
      ]
      for line in lines { try line.check(item, preparation) }
      try write(8, to: path)
      for line in lines {
        let error = try #require(throws: DataError.self) { try line.check(item, preparation) }
        #expect(error.file == path && error.what.contains("`a`") && error.hint?.isEmpty == false)
      }
    }
  }

  @Test("of clips count frame by frame, and generated samples have none")
  func folders() throws {
    try withTemporaryFolder { folder in
      for frame in 0..<3 { try write(UInt8(frame), to: "\(folder.path)/\(frame).png") }
      let clip = DataItem(id: "c", label: 0, file: folder.path, content: .file(folder.path))
      let before = try clip.checksum()
      try write(9, to: "\(folder.path)/1.png")
      #expect(try before != nil && clip.checksum() != before)
      let picture = try Image(width: 1, height: 1, pixels: [1, 2, 3])
      let made = DataItem(id: "m", label: 0, file: "", content: .medium(.image(picture)))
      #expect(try made.checksum() == nil)
      try RecordedInput(input: "other", file: nil).check(made, preparation)
    }
  }
}
