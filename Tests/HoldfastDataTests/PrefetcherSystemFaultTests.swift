import Foundation
import HoldfastData
import HoldfastFormats
import HoldfastMedia
import HoldfastTestSupport
import Testing

/// What the system cannot read stops a run; what is damaged is passed over.
@Suite("Reading ahead where the system fails")
struct PrefetcherSystemFaultTests {
  /// The error that ended a visit, and what was passed over.
  private func end(_ set: any DataSet) -> (error: (any Error)?, skipped: [String]) {
    let prefetcher = Prefetcher(set, preparation: asTheyAre, stopsAtDamage: false)
    do {
      while try prefetcher.next() != nil {}
      return (nil, prefetcher.skipped.map(\.id))
    } catch {
      return (error, prefetcher.skipped.map(\.id))
    }
  }

  #if os(Linux)
    @Test("stops at a file that cannot be read, and says why")
    func inputError() throws {
      try Place.with { place in
        try place.picture("a/1.png")
        try place.picture("a/3.png")
        // Reading it from the start is an input/output error (EIO).
        let file = place.path("a/2.png")
        try FileManager.default.createSymbolicLink(
          atPath: file, withDestinationPath: "/proc/self/mem")
        let (error, skipped) = end(try openDataSet(at: place.path("")))
        let found = try #require(error as? FormatError)
        #expect(found.code == EIO && !found.isDamage && found.file == file)
        #expect(found.what == "cannot read the file: Input/output error")
        #expect(skipped.isEmpty)
      }
    }
  #endif

  @Test("passes over what is there and is no file")
  func noFile() throws {
    try Place.with { place in
      try place.picture("a/1.png")
      let set = try openDataSet(at: place.path(""))
      let folder = place.path("a/2.png")
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let loop = place.path("a/3.png")
      try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: loop)
      let more = [folder, loop].map {
        DataItem(id: PathParts.name(of: $0), label: 0, file: $0, content: .file($0))
      }
      let (error, skipped) = end(Chosen(items: try set.items() + more))
      #expect(error == nil && skipped == ["2.png", "3.png"], "\(String(describing: error))")
    }
  }

  @Test("tells damage from failures of the system")
  func codes() {
    func isDamage(_ code: Int32?) -> Bool { FormatError("x", in: "y", code: code).isDamage }
    for code in [EACCES, EPERM, EIO, ESTALE, EMFILE, ENFILE, ENOMEM, ENOENT, ETIMEDOUT] {
      #expect(!isDamage(code), "\(String(cString: strerror(code)))")
    }
    for code in [nil, EISDIR, ELOOP] { #expect(isDamage(code)) }
  }

  @Test("stops after 32 damaged files in a resumed run too, but for those that were known")
  func resumed() throws {
    try Place.with { place in
      try place.picture("a/000.png")
      for index in 1...40 { try place.write("torn", String(format: "a/%03d.png", index)) }
      let set = try openDataSet(at: place.path(""))
      func visit(_ known: Set<String>) throws -> Int {
        let prefetcher = Prefetcher(
          set, preparation: asTheyAre, skip: { $0.id == "a/000.png" }, known: known,
          stopsAtDamage: false)
        while try prefetcher.next() != nil {}
        return prefetcher.skipped.count
      }
      #expect(words { try visit([]) }.contains("001.png`: this is not an image file"))
      let known = try set.items().map(\.id)
      #expect(try visit(Set(known)) == 40)
      #expect(try visit(Set(known.prefix(20))) == 40)
    }
  }
}

/// A set of given samples.
private struct Chosen: DataSet {
  let items: [DataItem]
  var layout: String { "chosen" }
  var path: String { "chosen" }
  var classNames: [String]? { nil }
  var count: Int? { items.count }
  var listing: String? { nil }

  func makeCursor() -> any DataCursor { Cursor(items: items[...]) }

  private struct Cursor: DataCursor {
    var items: ArraySlice<DataItem>

    mutating func next() -> DataItem? { items.popFirst() }
  }
}
