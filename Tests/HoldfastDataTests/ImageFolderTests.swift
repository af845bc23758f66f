import Foundation
import HoldfastData
import HoldfastTestSupport
import Testing

@Suite("Image folders")
struct ImageFolderTests {
  @Test("take classes in order of their bytes, pictures by name, and the classes in turns")
  func order() throws {
    try Place.with { place in
      for name in ["cat/b.png", "cat/a.PNG", "Dog/z.png", "ant_eater/c.jpeg", "ant_eater/a.jpg"] {
        try place.picture(name)
      }
      let set = try openDataSet(at: place.path(""))
      #expect(set.layout == "image-folder")
      #expect(set.classNames == ["Dog", "ant eater", "cat"])
      let items = try set.items()
      #expect(
        items.map(\.id) == [
          "Dog/z.png", "ant_eater/a.jpg", "cat/a.PNG", "ant_eater/c.jpeg", "cat/b.png",
        ])
      #expect(items.map(\.label) == [0, 1, 2, 1, 2])
      #expect(set.count == 5)
    }
  }

  @Test("give balanced prefixes, however the classes differ in size")
  func balance() throws {
    try Place.with { place in
      for (name, count) in [("a", 7), ("b", 3), ("c", 5)] {
        for index in 0..<count { try place.picture("\(name)/\(index).png") }
      }
      let labels = try openDataSet(at: place.path("")).items().map(\.label)
      for length in 1...9 {
        let counts = (0..<3).map { label in labels.prefix(length).count { $0 == label } }
        #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1, "\(counts)")
      }
    }
  }

  @Test("pass over hidden files and what is no picture")
  func others() throws {
    try Place.with { place in
      try place.picture("a/1.png")
      try place.picture("a/.2.png")
      try place.picture(".b/1.png")
      try place.write("words", "a/notes.txt")
      try place.picture("loose.png")
      let set = try openDataSet(at: place.path(""))
      #expect(try set.items().map(\.id) == ["a/1.png"])
      #expect(set.classNames == ["a"])
    }
  }

  @Test("without pictures, missing, or a file are refused in words")
  func refusals() throws {
    try Place.with { place in
      try place.write("", "empty/class/notes.txt")
      #expect(words { try openDataSet(at: place.path("empty")) }.contains("holds no pictures"))
      #expect(words { try openDataSet(at: place.path("none")) }.contains("does not exist"))
      try place.write("", "file.zip")
      #expect(words { try openDataSet(at: place.path("file.zip")) }.contains("is not a data set"))
    }
  }

  @Test("change their listing when a picture is replaced by one of another size")
  func listing() throws {
    try Place.with { place in
      try place.picture("a/1.png")
      let before = try openDataSet(at: place.path("")).listing
      #expect(try openDataSet(at: place.path("")).listing == before)
      try place.write([1, 2, 3], "a/1.png")
      #expect(try openDataSet(at: place.path("")).listing != before)
    }
  }
}
