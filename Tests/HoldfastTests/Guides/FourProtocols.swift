import Holdfast

/// How many samples a defended model gets right under each protocol, and under all of them.
func standing(
  _ defense: any InferenceDefense, around base: Subject, on samples: [PreparedSample],
  at radius: Radius
) throws -> [String: Int] {
  let tensors = try defense.fit(to: base.encoder, guide: nil)
  func defended(_ defense: any InferenceDefense) throws -> Subject {
    Subject(encoder: try defense.wrap(base.encoder, fitted: tensors), head: base.head)
  }
  let attacks = try AttackTable.recipes("apgd-ce:steps=40")
  var plan = AuditPlan(
    subject: try defended(defense), transferSource: base,
    attacks: [
      .transfer: attacks, .whiteBox: attacks,
      .adaptive: defense.adaptiveAttacks(on: base.encoder.input, steps: 40),
    ],
    radii: [radius])
  plan.substitute = try defense.substitute.map(defended)

  var counts: [String: Int] = [:]
  var waiting = samples[...]
  try Auditor(plan).run({ waiting.popFirst() }) { record in
    guard record.clean.correct else { return }
    counts["clean", default: 0] += 1
    let stands = record.protocols.map { $0.radii[0].robust }
    for (entry, stands) in zip(record.protocols, stands) where stands {
      counts[entry.name, default: 0] += 1
    }
    if stands.allSatisfy(\.self) { counts["worst case", default: 0] += 1 }
  }
  return counts
}
