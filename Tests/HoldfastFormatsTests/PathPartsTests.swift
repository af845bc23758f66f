import HoldfastFormats
import Testing

@Suite("Parts of paths")
struct PathPartsTests {
  @Test(
    "are those that POSIX names",
    arguments: [
      ("a/b/c.TXT", "a/b", "c.TXT", "c", "txt"), ("c.txt", "", "c.txt", "c", "txt"),
      ("/c", "/", "c", "c", ""), ("a//b//", "a", "b", "b", ""),
      ("a/.hidden", "a", ".hidden", ".hidden", ""),
      ("a/b.tar.gz", "a", "b.tar.gz", "b.tar", "gz"), ("/", "/", "", "", ""), ("", "", "", "", ""),
    ])
  func parts(path: String, folder: String, name: String, stem: String, ending: String) {
    #expect(PathParts.folder(of: path) == folder)
    #expect(PathParts.name(of: path) == name)
    #expect(PathParts.stem(of: path) == stem)
    #expect(PathParts.ending(of: path) == ending)
  }

  @Test("are found where a combining mark follows a slash, which makes one character of the two")
  func combiningMark() {
    let path = "a/\u{301}b.png"
    #expect(PathParts.folder(of: path) == "a")
    #expect(Array(PathParts.name(of: path).utf8) == Array("\u{301}b.png".utf8))
    #expect(PathParts.ending(of: path) == "png")
  }
}
