import Foundation
import HoldfastFormats
import HoldfastRecords
import HoldfastRuns
import HoldfastTestSupport
import Testing

@Suite("Run folders that were tampered with")
struct RunSafetyTests {
  private let files = FileManager.default

  private func open(_ folder: URL, _ shard: Shard = .whole) throws {
    _ = try RunFolder(at: folder.path, plan: shortPlan, sessions: [.madeUp], shard: shard)
  }

  @Test(
    "are refused when a file of theirs is a link, and what it leads to stays as it is",
    arguments: [
      "samples.jsonl", "samples.3.jsonl", "run.json", "lock", "summary.json", "checks.json",
      "report.html", "artifacts", "artifacts/gallery", "artifacts/gallery/aa11",
    ])
  func links(name: String) throws {
    try withTemporaryFolder { folder in
      let (run, victim) = (folder.appending(path: "run"), folder.appending(path: "victim"))
      try writeRun(run, [line("a", place: 0, robust: true)])
      let content = Data(repeating: 65, count: 1000)
      try content.write(to: victim)
      let place = run.appending(path: name)
      try files.createDirectory(
        at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
      try? files.removeItem(at: place)
      try files.createSymbolicLink(at: place, withDestinationURL: victim)
      let error = try #require(throws: FormatError.self) { try open(run) }
      #expect(error.file == place.path && error.what.contains("symbolic link"), "\(error)")
      #expect(error.hint?.isEmpty == false)
      #expect(try Data(contentsOf: victim) == content)
    }
  }

  @Test("are refused when a link leads to a file that is not there, which is not made")
  func danglingLinks() throws {
    try withTemporaryFolder { folder in
      let (run, victim) = (folder.appending(path: "run"), folder.appending(path: "victim"))
      try files.createDirectory(at: run, withIntermediateDirectories: true)
      try files.createSymbolicLink(
        at: run.appending(path: "lock"), withDestinationURL: victim)
      #expect(throws: FormatError.self) { try open(run) }
      #expect(!files.fileExists(atPath: victim.path))
    }
  }

  @Test("may hold links that are none of theirs, and may be reached through one")
  func otherLinks() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run")
      try writeRun(run, [line("a", place: 0, robust: true)])
      try files.createSymbolicLink(
        at: run.appending(path: "notes"), withDestinationURL: folder)
      let link = folder.appending(path: "link")
      try files.createSymbolicLink(at: link, withDestinationURL: run)
      try open(link)
    }
  }

  @Test("are refused with lines of another run, read or resumed, and nothing is cut before")
  func foreignLines() throws {
    try withTemporaryFolder { folder in
      let (run, other) = (folder.appending(path: "run"), folder.appending(path: "other"))
      let stored = try writeRun(run, [line("a", place: 0, robust: true)])
      try writeRun(other, [line("b", place: 1, robust: false)]) { $0.seed = 9 }
      let shard = run.appending(path: "samples.1.jsonl")
      let lines = try Data(contentsOf: other.appending(path: "samples.jsonl")) + Data("{\"to".utf8)
      try lines.write(to: shard)
      for attempt in [
        { _ = try stored.findings() }, { try open(run) },
        { try open(run, Shard(rank: 1, of: 2)) },
      ] {
        let error = try #require(throws: FormatError.self) { try attempt() }
        #expect(error.file == shard.path && error.what.contains("another run"), "\(error)")
      }
      #expect(try Data(contentsOf: shard) == lines)
    }
  }

  @Test("keep a file that ends in something else than a torn line")
  func noLines() throws {
    try withTemporaryFolder { folder in
      try writeRun(folder, [])
      let file = folder.appending(path: "samples.jsonl")
      let content = Data(repeating: 65, count: 1000)
      try content.write(to: file)
      let error = try #require(throws: FormatError.self) { try open(folder) }
      #expect(error.file == file.path, "\(error)")
      #expect(try Data(contentsOf: file) == content)
    }
  }

  @Test("of an earlier version, whose lines name no run, still resume")
  func earlierVersion() throws {
    try withTemporaryFolder { folder in
      try writeRun(folder, [])
      let file = folder.appending(path: "run.json")
      var record = try RecordCoding.decoder().decode(
        RunRecord.self, from: Data(contentsOf: file))
      record.digest = nil
      try RecordCoding.documentEncoder().encode(record).write(to: file)
      let old = try RecordCoding.lineEncoder().encode(line("a", place: nil, robust: true))
      try (old + Data("\n".utf8)).write(to: folder.appending(path: "samples.jsonl"))
      let stored = try writeRun(folder, [line("b", place: 1, robust: true)])
      #expect(try stored.findings().summary?.samples == 2)
    }
  }
}

@Suite("The record of a gallery")
struct GalleryReadingTests {
  private func entry(_ folder: String, _ picture: String = "clean.png") -> GalleryEntryRecord {
    GalleryEntryRecord(
      id: "a", label: 0, input: "", folder: folder,
      clean: GalleryLookRecord(predicted: 0, cosineToTruth: nil, cosineToOther: nil), found: nil,
      panels: [GalleryPanelRecord(name: "clean", pictures: [picture])])
  }

  @Test(
    "is refused where a name leads out of its folder",
    arguments: [
      ("../../../victim", "clean.png"), ("/etc", "clean.png"), ("..", "clean.png"),
      ("", "clean.png"), ("aa11", "../x.png"), ("aa11", "a\u{1B}.png"),
    ])
  func names(folder name: String, picture: String) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "gallery.json")
      func write(_ entry: GalleryEntryRecord) throws {
        let record = GalleryRecord(rule: "r", size: 8, entries: [entry])
        try RecordCoding.documentEncoder().encode(record).write(to: file)
      }
      try write(entry("aa11"))
      #expect(try GalleryRecord.read(from: file.path)?.entries.count == 1)
      try write(entry(name, picture))
      #expect(throws: FormatError.self) { try GalleryRecord.read(from: file.path) }
      #expect(try GalleryRecord.read(from: file.path + ".none") == nil)
    }
  }
}
