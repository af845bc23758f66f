import Holdfast

/// How many samples a defended model gets right under each protocol, and under all of them.
func standing(
  _ defense: any Defense, around base: Subject, on samples: [PreparedSample],
  at radius: Radius
) throws -> [String: Int] {
  let context = DefenseContext(model: base)
  let fitted = try defense.fit(context)
  let adaptive = defense.adaptiveAttacks(on: base.encoder.input, steps: 40)
  let attacks = try AttackTable.recipes("apgd-ce:steps=40")
  var plan = AuditPlan(
    subject: try defense.apply(to: base, fitted, in: context), transferSource: base,
    attacks: [
      .transfer: attacks, .whiteBox: attacks, .adaptive: adaptive.map(\.recipe),
    ],
    radii: [radius])
  for attack in adaptive {
    guard let substitute = attack.substitute else { continue }
    plan.substitutes[attack.recipe.name] = try substitute.apply(to: base, fitted, in: context)
  }

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
