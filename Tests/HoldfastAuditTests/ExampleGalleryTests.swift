import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Galleries of examples")
struct ExampleGalleryTests {
  /// Audits samples in a folder, and returns what was kept and what was recorded.
  private func audit(
    _ audit: ToyAudit, in folder: URL, size: Int = 6, slots: Int = 4, samples: Range<Int>? = nil
  ) throws -> (gallery: GalleryRecord, records: [SampleRecord]) {
    let plan = audit.plan(slots: slots)
    let gallery = try ExampleGallery(
      in: folder.path, size: size, task: Classification(plan),
      painter: GalleryPainter(.image, plan.subject.encoder.input))
    var rest = audit.samples[samples ?? 0..<audit.samples.count]
    var records: [SampleRecord] = []
    try Auditor(plan, gallery: gallery).run({ rest.popFirst() }) { records.append($0) }
    let file = folder.appendingPathComponent("\(GalleryRecord.place)/\(GalleryRecord.file())")
    return (
      try RecordCoding.decoder().decode(GalleryRecord.self, from: Data(contentsOf: file)), records
    )
  }

  @Test("remove nothing outside of their folder, whatever their record names")
  func hostileRecord() throws {
    let toy = try ToyAudit(samples: 8)
    try withTemporaryFolder { folder in
      let run = folder.appendingPathComponent("run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: true)
      _ = try audit(toy, in: run, size: 2)
      let victim = folder.appendingPathComponent("victim/work.txt")
      try FileManager.default.createDirectory(
        at: victim.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("work".utf8).write(to: victim)
      let file = run.appendingPathComponent("\(GalleryRecord.place)/\(GalleryRecord.file())")
      var record = try RecordCoding.decoder().decode(
        GalleryRecord.self, from: Data(contentsOf: file))
      var entry = try #require(record.entries.first)
      (entry.id, entry.folder) = ("x", "../../../victim")
      record.entries.append(entry)
      try RecordCoding.documentEncoder().encode(record).write(to: file)
      // The entry is beyond the size, so its folder would be removed.
      #expect(throws: FormatError.self) { _ = try audit(toy, in: run, size: 2) }
      #expect(FileManager.default.fileExists(atPath: victim.path))
    }
  }

  @Test("hold what the records say, and inputs that are what was tested")
  func records() throws {
    let toy = try ToyAudit()
    try withTemporaryFolder { folder in
      let (gallery, records) = try audit(toy, in: folder)
      #expect(gallery.entries.count == 6)
      let plan = toy.plan()
      for entry in gallery.entries {
        let record = try #require(records.first { $0.id == entry.id })
        #expect(record.label == entry.label && record.input == entry.input)
        #expect(record.clean.predicted == entry.clean.predicted && record.clean.correct)
        let fooled = plan.radii.map(\.description).first { radius in
          record.protocols.contains { entry in
            entry.radii.contains { $0.radius == radius && !$0.robust }
          }
        }
        #expect(entry.found?.radius == fooled)
        let folder = folder.appendingPathComponent("\(GalleryRecord.place)/\(entry.folder)")
        let names = entry.panels.flatMap(\.pictures) + ["inputs.safetensors"]
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            == names.sorted())
        let file = try SafetensorsFile(folder.appendingPathComponent("inputs.safetensors").path)
        let clean = try file.withBytes(of: "clean") { Array($0) }
        #expect(Checksum.sha256(of: clean) == entry.input)
        guard let found = entry.found else {
          #expect(entry.panels.map(\.name) == ["clean"])
          continue
        }
        let adversarial = try file.withBytes(of: "adversarial") { Array($0) }
        #expect(Checksum.sha256(of: adversarial) == found.sha256)
        let examples = record.protocols.flatMap { protocols in
          protocols.radii.filter { $0.radius == found.radius }.compactMap(\.example)
        }
        let example = try #require(examples.first { $0.sha256 == found.sha256 })
        #expect(example.attack == found.attack && example.predicted == found.seen.predicted)
        #expect(example.distance == found.distance)
        #expect(found.seen.predicted != entry.label)
        // The cosines are those of the logits: what is taken for the class is nearest to it.
        #expect(
          try #require(found.seen.cosineToOther) > #require(found.seen.cosineToTruth))
        #expect(
          try #require(entry.clean.cosineToTruth) > #require(entry.clean.cosineToOther))
        #expect(found.cosineToClean < 1 && found.cosineToClean > -1)
        #expect(entry.panels.map(\.name) == ["clean", "perturbation", "adversarial"])
      }
    }
  }

  @Test("are the same whatever the batch size, and where a run was resumed")
  func sameChoice() throws {
    let toy = try ToyAudit()
    func kept(_ body: (URL) throws -> GalleryRecord) throws -> GalleryRecord {
      try withTemporaryFolder { folder in
        let record = try body(folder)
        let home = folder.appendingPathComponent(GalleryRecord.place).path
        // What was left out again is gone.
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: home).count
            == record.entries.count + 1)
        return record
      }
    }
    let whole = try kept { try audit(toy, in: $0).gallery }
    #expect(try kept { try audit(toy, in: $0, slots: 1).gallery } == whole)
    let resumed = try kept { folder in
      _ = try audit(toy, in: folder, samples: 0..<9)
      return try audit(toy, in: folder, samples: 7..<toy.samples.count).gallery
    }
    #expect(resumed == whole)
  }

  @Test("do not change what an audit finds, and may be empty")
  func noInfluence() throws {
    let toy = try ToyAudit(samples: 9)
    try withTemporaryFolder { folder in
      let with = try audit(toy, in: folder).records
      let without = try toy.records(toy.plan())
      #expect(with.map(\.timeless) == without.map(\.timeless))
    }
    try withTemporaryFolder { folder in
      let home = folder.appendingPathComponent(GalleryRecord.place)
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      try Data("{}".utf8).write(to: home.appendingPathComponent(GalleryRecord.file()))
      #expect(throws: FormatError.self) { _ = try audit(toy, in: folder) }
    }
  }
}
