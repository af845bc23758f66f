import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Nothing outside encoders and media knows which modality it serves.
@Suite("A modality that the library does not know")
struct NewSenseTests {
  private let tower: TouchTower
  private let head: Head

  init() throws {
    tower = try TouchTower()
    let (tower, set) = (tower, TouchSet(samples: 4))
    var rows: [Tensor] = []
    var cursor = try set.makeCursor()
    while let item = try cursor.next() {
      let input = try Prefetcher.prepare(item, TouchPreparation()).tensor(for: tower.input)
      rows.append(try withoutGradients { try tower.embed(input).normalized() })
    }
    head = Head(anchors: try .concatenating(rows).transposed().contiguous(), scale: 30)
  }

  @Test("keeps the contract of an encoder, and every attack's invariants")
  func contract() throws {
    try checkEncoderContract(tower)
  }

  @Test("is attacked, hardened, audited and reported like any other")
  func audit() throws {
    let defense = RAdapt(alpha: 0.2, beta: 0.8)
    let bare = Subject(encoder: tower, head: head)
    let context = DefenseContext(model: bare)
    try defense.check(bare)
    let hardened = try defense.apply(to: bare, defense.fit(context), in: context)
    var plan = AuditPlan(
      subject: hardened, transferSource: bare,
      radii: ["1/4", "1", "4"].compactMap { Radius($0) }, slots: 8)
    let attacks = try ["apgd-ce:steps=20", "square:queries=60", "fab:steps=10"].map {
      try AttackTable.recipe($0)
    }
    plan.attacks = [
      .transfer: Array(attacks.prefix(1)), .whiteBox: attacks,
      .adaptive: defense.adaptiveAttacks(on: tower.input, steps: 10).map(\.recipe),
    ]
    try withTemporaryFolder { folder in
      let record = try record(of: plan)
      let run = try RunFolder(at: folder.path, plan: record, session: Self.session)
      let prefetcher = Prefetcher(TouchSet(samples: 24), preparation: TouchPreparation())
      try Auditor(plan).run(prefetcher.next) { try run.append($0) }
      let summary = try run.finish()

      #expect(summary.samples == 24)
      #expect(summary.clean.value > 0.9)
      #expect(summary.protocols.map(\.name) == ["transfer", "white-box", "adaptive"])
      // What is broken at a radius is broken at every larger one, and the largest breaks most.
      let robust = summary.worstCase.map(\.robust)
      #expect(robust == robust.sorted(by: >))
      #expect(robust[0] > robust[2])

      let report = SensesReport([.init(plan: record, summary: summary)])
      let table = report.table().text()
      #expect(table.contains("touch") && table.contains("kilopascals"), "\(table)")
      #expect(AuditReport(plan: record, summary: summary).heading.contains("kilopascals"))
    }
  }

  private func record(of plan: AuditPlan) throws -> PlanRecord {
    let input = plan.subject.encoder.input
    return PlanRecord(
      holdfast: "0", model: ModelRecord(path: "touch-tower", files: [:], defense: "r-adapt {}"),
      transferModel: nil,
      data: DataRecord(path: "presses", layout: "touch", listing: nil, preprocessing: "none"),
      classes: ["tip", "edge", "palm", "slip"], templates: [],
      attackSpace: AttackSpaceRecord(
        place: "model", sense: plan.subject.encoder.modality.rawValue, shape: input.shape,
        unit: input.unit),
      norm: plan.norm.rawValue, radii: plan.radii.map(\.description),
      protocols: [ProtocolRecord(name: "clean", attacks: [])]
        + plan.recorded.map { ProtocolRecord(name: $0.rawValue, attacks: []) },
      precision: "float32", seed: plan.seed)
  }

  private static let session = SessionRecord(
    command: [], began: "", device: "cpu", threads: 1, batchSize: 8, limit: nil, engine: "")
}
