import Foundation
import HoldfastFormats
import HoldfastRecords
import HoldfastTestSupport
import Testing

@testable import HoldfastReport

@Suite("Runs as their folders record them")
struct RecordedRunTests {
  @Test("are the same from one file of samples and from several, each sample once")
  func shards() throws {
    try withTemporaryFolder { folder in
      let run = MadeUpRun()
      let (one, three) = (folder.appendingPathComponent("1"), folder.appendingPathComponent("3"))
      try run.write(to: one)
      try run.write(to: three, shards: 3)
      let copy = three.appendingPathComponent("samples.1.jsonl")
      try FileManager.default.copyItem(
        at: copy, to: three.appendingPathComponent("samples.7.jsonl"))
      // A process died in the middle of a line.
      let handle = try FileHandle(forWritingTo: copy)
      try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"id\":\"torn".utf8))
      try handle.close()
      let first = try RecordedRun(at: one.path)
      #expect(try RecordedRun(at: three.path).classes == first.classes)
      #expect(first.classes.map(\.total) == [20, 20, 20])
    }
  }

  @Test("count what fools at a radius at the larger ones too, unless budgets are independent")
  func budgets() {
    var run = MadeUpRun(samples: 1, protocols: ["white-box"])
    run.samples[0].protocols[0].radii[0].robust = false
    run.samples[0].protocols[0].radii[1].robust = true
    run.samples[0].protocols[0].radii[2].robust = true
    var nested = ClassTally(label: 0, radii: 3)
    nested.add(run.samples[0], run.plan)
    #expect(nested.robust == [0, 0, 0])
    run.plan.budgets = .independent
    var independent = ClassTally(label: 0, radii: 3)
    independent.add(run.samples[0], run.plan)
    #expect(independent.robust == [0, 1, 1])
  }

  @Test("are refused where a file is missing, foreign, or says something else")
  func refusals() throws {
    func expectRefusal(_ words: String, _ change: (URL) throws -> Void) throws {
      try withTemporaryFolder { folder in
        var run = MadeUpRun()
        run.addGallery()
        try run.write(to: folder)
        _ = try RecordedRun(at: folder.path)
        try change(folder)
        let error = #expect(throws: FormatError.self) { _ = try RecordedRun(at: folder.path) }
        #expect("\(error as Any)".contains(words), "\(error as Any)")
        #expect(error?.hint?.isEmpty == false)
      }
    }
    let files = FileManager.default
    for (name, words) in [("run.json", "holds no run"), ("summary.json", "is missing")] {
      try expectRefusal(words) {
        try files.removeItem(at: $0.appendingPathComponent(name))
      }
      try expectRefusal("is not what this version") {
        try Data("{}".utf8).write(to: $0.appendingPathComponent(name))
      }
    }
    try expectRefusal("a summary of 60 samples beside records of 59") { folder in
      let file = folder.appendingPathComponent("samples.jsonl")
      let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropLast()
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
    }
    try expectRefusal("a summary of 60 samples beside records of 60") { folder in
      var run = MadeUpRun()
      run.samples[0].protocols[0].radii[0].robust.toggle()
      run.samples[6].protocols[1].radii[0].robust.toggle()
      run.summary = MadeUpRun().summary
      try run.write(to: folder)
    }
    let home = GalleryRecord.place
    try expectRefusal("is missing, or is not a picture") {
      try files.removeItem(at: $0.appendingPathComponent("\(home)/aa11/clean.png"))
    }
    try expectRefusal("is missing, or is not a picture") { folder in
      let place = folder.appendingPathComponent("\(home)/aa11/clean.png")
      try files.removeItem(at: place)
      try files.createSymbolicLink(atPath: place.path, withDestinationPath: "/etc/hostname")
    }
  }

  @Test(
    "show no file from elsewhere",
    arguments: [
      ("../../..", "clean.png"), ("aa11", "../../../run.png"), ("aa11", "/etc/passwd"),
      ("aa11", "clean.html"), ("aa11", ".png"), ("aa11", "a\"b.png"), ("", "clean.png"),
    ])
  func escapes(folder name: String, file: String) throws {
    try withTemporaryFolder { folder in
      var run = MadeUpRun()
      run.addGallery()
      run.gallery?.entries[0].folder = name
      run.gallery?.entries[0].panels = [GalleryPanelRecord(name: "clean", pictures: [file])]
      try run.write(to: folder)
      #expect(throws: FormatError.self) { _ = try RecordedRun(at: folder.path) }
    }
  }
}

@Suite("Galleries")
struct GalleryRuleTests {
  private func entry(_ id: Int, _ label: Int, _ radius: String?) -> GalleryEntryRecord {
    GalleryEntryRecord(
      id: "\(id)", label: label, input: "", folder: String(format: "%05x", (id * 7919) % 104_729),
      clean: GalleryLookRecord(predicted: label, cosineToTruth: nil, cosineToOther: nil),
      found: radius.map {
        GalleryFindRecord(
          protocol: "white-box", attack: "a", radius: $0, distance: 1, sha256: "",
          seen: GalleryLookRecord(predicted: 9, cosineToTruth: nil, cosineToOther: nil),
          cosineToClean: 1, amplification: 1)
      }, panels: [])
  }

  @Test("keep the same samples whatever the order in which they come")
  func order() {
    let radii = ["1", "2", "4"]
    let all = (0..<200).map { id in
      entry(id, (id * id) % 5, [nil, "4", "2", "2", "1"][(id * 31) % 5])
    }
    for size in [1, 3, 8, 50] {
      let best = all.chosen(radii: radii, size: size)
      #expect(best.count == size)
      for step in [1, 7, 63, 199] {
        var kept: [GalleryEntryRecord] = []
        for place in 0..<all.count {
          kept = (kept + [all[(place * step + step) % all.count]])
          if place % 3 == 0 { kept = kept.chosen(radii: radii, size: size) }
        }
        #expect(kept.chosen(radii: radii, size: size).map(\.id) == best.map(\.id))
      }
    }
  }

  @Test("show each class once before any comes again, fooled ones first")
  func rule() {
    let kept = [
      entry(1, 0, "1"), entry(2, 0, "1"), entry(3, 1, "4"), entry(4, 2, nil), entry(5, 1, "2"),
    ].chosen(radii: ["1", "2", "4"], size: 4)
    #expect(kept.prefix(2).map(\.label) == [0, 1])
    #expect(kept[1].id == "5")
    #expect(Set(kept.map(\.id)).isSuperset(of: ["1", "2", "3", "5"]))
  }
}
