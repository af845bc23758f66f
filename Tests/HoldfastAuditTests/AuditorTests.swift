import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("Audits")
struct AuditorTests {
  @Test("record every sample once, under every protocol and radius", arguments: [1, 4, 32])
  func everySample(slots: Int) throws {
    let toy = try ToyAudit()
    let records = try toy.records(toy.plan(slots: slots))
    #expect(records.count == toy.samples.count)
    #expect(Set(records.map(\.id)) == Set(toy.samples.map(\.id)))
    let labels = Dictionary(uniqueKeysWithValues: toy.samples.map { ($0.id, $0.label) })
    for record in records {
      #expect(
        record.protocols.map(\.name) == ["transfer", "transfer-png", "white-box", "adaptive"])
      #expect(record.label == labels[record.id])
      for entry in record.protocols {
        #expect(entry.radii.map(\.radius) == ["2/255", "8/255", "30/255"])
      }
    }
    // The toy must have something to say: samples that fall, that stand, and that were wrong.
    let verdicts = records.flatMap { $0.radii(of: .whiteBox).map(\.robust) }
    #expect(verdicts.contains(true) && verdicts.contains(false))
    #expect(records.contains { !$0.clean.correct })
  }

  @Test("leave samples alone that are wrong when clean, and count them as not robust")
  func wrongWhenClean() throws {
    let toy = try ToyAudit()
    for record in try toy.records(toy.plan()) where !record.clean.correct {
      #expect(record.clean.predicted != record.label)
      for entry in record.protocols.flatMap(\.radii) {
        #expect(!entry.robust && entry.example == nil)
        #expect(entry.forward == 0 && entry.backward == 0)
      }
    }
  }

  @Test("show examples that lie in their ball, and white-box verdicts that fall with the radius")
  func examples() throws {
    let toy = try ToyAudit()
    for record in try toy.records(toy.plan()) where record.clean.correct {
      for name in [AuditProtocol.whiteBox, .adaptive] {
        let robust = record.radii(of: name).map(\.robust)
        #expect(robust == robust.sorted { $0 && !$1 }, "\(record.id) \(name) \(robust)")
        for entry in record.radii(of: name) {
          #expect(entry.robust == (entry.example == nil))
        }
      }
      for entry in record.protocols {
        for (radius, result) in zip(ToyAudit.radii, entry.radii) {
          guard let example = result.example else { continue }
          let slack = entry.name == "transfer-png" ? 1e-6 : 0
          #expect(example.distance <= radius.value + slack)
          #expect(example.sha256.count == 64 && example.sha256 != record.input)
          #expect(result.robust == (example.margin < 0))
          #expect(result.robust == (example.predicted == record.label))
        }
      }
    }
  }

  @Test("come to the same verdicts with one slot and with seven, outside the margin band")
  func slots() throws {
    let toy = try ToyAudit()
    func results(_ slots: Int) throws -> [String: SampleRecord] {
      Dictionary(
        uniqueKeysWithValues: try toy.records(toy.plan(slots: slots)).map { ($0.id, $0) })
    }
    let (one, seven) = (try results(1), try results(7))
    for (id, record) in one {
      let other = try #require(seven[id])
      #expect(record.clean.correct == other.clean.correct)
      for (mine, theirs) in zip(record.protocols, other.protocols) {
        for (a, b) in zip(mine.radii, theirs.radii) where a.robust != b.robust {
          let margin = min(abs(a.example?.margin ?? 1), abs(b.example?.margin ?? 1))
          #expect(margin < Example.marginBand, "\(id) \(mine.name) \(a.radius)")
        }
      }
    }
  }

  @Test("with one slot write the same lines twice, apart from seconds")
  func deterministic() throws {
    let toy = try ToyAudit(samples: 8)
    let encoder = RecordCoding.lineEncoder()
    func lines() throws -> [String] {
      try toy.records(toy.plan(slots: 1)).map {
        String(decoding: try encoder.encode($0.timeless), as: UTF8.self)
      }
    }
    #expect(try lines() == lines())
  }

  @Test("spend the whole budget on transfer, and show each example as float and as a picture")
  func transfer() throws {
    let toy = try ToyAudit(samples: 6)
    for record in try toy.records(toy.plan(slots: 1, [.transfer])) where record.clean.correct {
      for entry in record.radii(of: .transfer) {
        // Six steps and the start, the source's own test of the best, and the audited model's.
        #expect(entry.forward == 6 + 1 + 1 + 1)
        #expect(entry.backward == 6)
        #expect(entry.example?.attack == "apgd-ce")
      }
      for entry in record.radii(of: .transferPNG) {
        #expect(entry.forward == 1 && entry.backward == 0)
        #expect(entry.example != nil)
      }
    }
    // The audited model never lends its gradient to transfer.
    #expect(toy.defended.backwardRows == 0)
    #expect(toy.source.backwardRows > 0)
  }

  @Test("of several transfer attacks keep the input that is recorded")
  func keptTransfer() throws {
    let toy = try ToyAudit(samples: 8)
    var plan = toy.plan([.transfer])
    plan.attacks[.transfer]?.append(
      AttackRecipe(name: "pgd", attack: PGD(steps: 2), objective: CrossEntropy()))
    try withTemporaryFolder { folder in
      let archive = AdversarialArchive(in: folder.path, storesPictures: false)
      var records: [SampleRecord] = []
      var rest = toy.samples[...]
      try Auditor(plan, archive: archive).run({ rest.popFirst() }) { records.append($0) }
      var attacks: Set<String> = []
      for record in records where record.clean.correct {
        for entry in record.radii(of: .transfer) {
          let example = try #require(entry.example)
          attacks.insert(example.attack)
          let name = AdversarialArchive.name(of: record.id, as: "transfer", at: entry.radius)
          let file = try SafetensorsFile(
            "\(folder.path)/\(AdversarialArchive.place)/\(name).safetensors")
          let bytes = try file.withBytes(of: "input") { Array($0) }
          #expect(Checksum.sha256(of: bytes) == example.sha256)
        }
      }
      #expect(attacks.contains("apgd-ce"))
    }
  }

  @Test("without pictures show no PNG, and without a source no transfer")
  func omissions() throws {
    let points = try ToyAudit(samples: 4, base: .points())
    let names = try points.records(points.plan()).map { $0.protocols.map(\.name) }
    #expect(Set(names) == [["transfer", "white-box", "adaptive"]])
    let toy = try ToyAudit(samples: 4)
    var plan = toy.plan()
    plan.transferSource = nil
    #expect(plan.recorded == [.whiteBox, .adaptive])
    #expect(
      try Set(toy.records(plan).map { $0.protocols.map(\.name) }) == [["white-box", "adaptive"]])
    #expect(try toy.records(toy.plan([])).allSatisfy { $0.protocols.isEmpty })
  }

  @Test("hold no more than a batch per attack and one more", arguments: [1, 3, 8])
  func memory(slots: Int) throws {
    let toy = try ToyAudit(samples: 60)
    var (taken, delivered, most) = (0, 0, 0)
    var rest = toy.samples[...]
    try Auditor(toy.plan(slots: slots)).run({
      taken += 1
      most = max(most, taken - delivered)
      return rest.popFirst()
    }) { _ in delivered += 1 }
    // Four attacks: one of transfer, two white-box, one adaptive.
    #expect(most <= (4 + 1) * slots + 1, "\(most) samples were held")
    #expect(delivered == 60)
  }

  @Test("refuse labels outside the classes, and ids that come twice")
  func badSamples() throws {
    let toy = try ToyAudit(samples: 2)
    let first = toy.samples[0]
    func run(_ samples: [PreparedSample]) throws {
      var rest = samples[...]
      try Auditor(toy.plan()).run({ rest.popFirst() }) { _ in }
    }
    for label in [-1, 5] {
      let sample = PreparedSample(id: first.id, label: label, input: first.input)
      let error = try #require(throws: DataError.self) { try run([sample]) }
      #expect("\(error)".contains("has the label \(label), but there are 5 classes"))
    }
    let error = try #require(throws: DataError.self) { try run([first, first]) }
    #expect("\(error)".contains("occurs twice"))
  }

  @Test("end with an error where the model gives no number, clean or under attack")
  func notANumber() throws {
    let broken = try ToyAudit(samples: 2) { (_, e) throws(TorchError) in try e * Double.nan }
    #expect(throws: TorchError.self) { try broken.records(broken.plan()) }

    // Sound until it has seen both clean samples.
    var calls = 0
    let later = try ToyAudit(samples: 2) { (_, e) throws(TorchError) in
      calls += 1
      return calls > 2 ? try e * Double.nan : e
    }
    let error = try #require(throws: TorchError.self) {
      try later.records(later.plan([.transfer]))
    }
    #expect(error.message.contains("sample-"))
  }

  @Test("count a tie as wrong, so that a collapsed model is not robust")
  func collapsed() throws {
    let toy = try ToyAudit(samples: 4) { (_, e) throws(TorchError) in try e * 0 }
    let records = try toy.records(toy.plan())
    #expect(records.allSatisfy { !$0.clean.correct })
    #expect(records.flatMap { $0.protocols.flatMap(\.radii) }.allSatisfy { !$0.robust })
  }
}

@Suite("Pictures that carry a perturbation")
struct PicturesTests {
  private func distances(
    _ norm: Norm, _ radius: Radius, scale: Double
  ) throws -> (rounded: Double, levels: Double) {
    var noise = Generator(seed: 5, stream: "pictures")
    let origin = try (noise.uniform([1, 3, 9, 7]) * 255).rounded() / 255
    let ball = try Ball(around: origin, norm: norm, radii: [radius], range: 0...1)
    let x = try ball.project(origin + noise.normal([1, 3, 9, 7]) * scale)
    let threat = ThreatModel(norm: norm, radius: radius)
    let stored = try Pictures.throughPNG(x, origin: origin, threat: threat)
    let levels = try (stored * 255 - (stored * 255).rounded()).absolute().max().item()
    return (try threat.distance(from: origin, to: stored), levels)
  }

  @Test(
    "keep the radius up to float32 rounding", arguments: ["1/255", "0.5/255", "2.5/255", "8/255"])
  func linf(text: String) throws {
    let radius = try #require(Radius(text))
    let (distance, levels) = try distances(.linf, radius, scale: 0.1)
    #expect(distance <= radius.value + 1e-6)
    // The picture uses every whole level that the radius allows.
    #expect(abs(distance - (radius.value * 255).rounded(.down) / 255) < 1e-6)
    #expect(levels < 1e-4)
  }

  @Test("hold what a lattice attack found, unchanged", arguments: ["12/255", "2.5/255"])
  func lattice(text: String) throws {
    let toy = try ToyAudit(samples: 6)
    let radius = try #require(Radius(text))
    var plan = toy.plan(slots: 1, radii: [radius], [.whiteBox])
    let attack = Lattice(APGD(steps: 6))
    plan.attacks = [
      .whiteBox: [AttackRecipe(name: "lattice", attack: attack, objective: CrossEntropy())]
    ]
    let records = try toy.records(plan)
    let pool = try #require(plan.attacks[.whiteBox]?[0]).pool(
      PoolSettings(subject: plan.subject, slots: 1))
    for sample in toy.samples {
      let record = try #require(records.first { $0.id == sample.id })
      guard record.clean.correct else { continue }
      let input = try sample.tensor(for: toy.base.input)
      let prediction = try plan.subject.predict(input)
      pool.submit(
        AttackJob(
          id: sample.id, input: input, truth: try SampleTruth(label: sample.label, of: prediction),
          radii: [radius]))
      var outcome: AttackOutcome?
      while pool.load > 0 { outcome = try pool.step().first ?? outcome }
      let found = try #require(outcome?.radii.first)
      let seen = record.radii(of: .whiteBox)[0]
      #expect(seen.robust == !found.success)
      guard let example = found.example else { continue }
      let stored = try Pictures.throughPNG(
        example.input, origin: input, threat: ThreatModel(norm: .linf, radius: radius))
      #expect(try (stored - example.input).absolute().max().item() < 1e-6)
      #expect(abs(try #require(seen.example).margin - example.margin) < 1e-4)
      #expect(seen.example?.sha256 == Checksum.sha256(of: try stored.bytes()))
      #expect(seen.forward == found.cost.forward + 1)
    }
    #expect(text == "2.5/255" || records.contains { $0.radii(of: .whiteBox)[0].example != nil })
  }

  @Test("keep a Euclidean radius too", arguments: [0.01, 0.05, 0.5, 2])
  func l2(value: Double) throws {
    for scale in [0.001, 0.004, 0.1] {
      #expect(try distances(.l2, Radius(value), scale: scale).rounded <= value + 1e-5)
    }
  }
}
