import Foundation
import HoldfastFormats
import Testing

@Suite("What lies at a path")
struct FileStatusTests {
  @Test("is a file of a size, a folder, or nothing")
  func kinds() throws {
    let scratch = try Scratch()
    let file = try scratch.write([1, 2, 3], to: "a")
    let folder = scratch.path
    let (link, loop) = ("\(folder)b", "\(folder)c")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
    for path in [file, link] {
      let status = try #require(try FileStatus(of: path))
      #expect(status.size == 3 && !status.isFolder)
    }
    #expect(try FileStatus(of: folder)?.isFolder == true)
    #expect(try FileStatus(of: loop)?.size == 0)
    for path in [file + "/x", folder + "none"] {
      #expect(try FileStatus(of: path) == nil)
    }
    #expect(try FileReader.bytes(of: link) == [1, 2, 3])
    #expect(try Set(namesInFolder(scratch.path)) == ["a", "b", "c"])
  }

  @Test("is an error with the system's number where the system cannot tell")
  func errors() {
    let long = String(repeating: "x", count: 5000)
    #expect(#expect(throws: FormatError.self) { try FileStatus(of: long) }?.code == ENAMETOOLONG)
    #expect(#expect(throws: FormatError.self) { try namesInFolder("/none") }?.code == ENOENT)
    #expect(#expect(throws: FormatError.self) { try FileReader.bytes(of: "/none") }?.code == ENOENT)
    #if os(Linux)
      let error = #expect(throws: FormatError.self) { try FileReader.bytes(of: "/proc/self/mem") }
      #expect(error?.code == EIO)
    #endif
  }
}
