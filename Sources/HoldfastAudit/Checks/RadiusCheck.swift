import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (a) A sample that is right at a radius is right at every smaller one.
///
/// Each radius is attacked by itself, because a success that is counted at the next radius would
/// make this true by construction.
struct RadiusCheck: MaskingCheck {
  let letter = "a"
  let name = "radius"
  let question = "does a larger radius leave no more samples right than a smaller one?"
  let meaning =
    "more samples withstand a larger radius than a smaller one, although the larger ball holds all "
    + "of the smaller: the attack fails to find examples that exist, so robustness is overstated"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let radii = (bench.plan.radii + [bench.widest].compactMap { $0 }).sorted()
    guard radii.count > 1 else { return .notApplicable("there is one radius") }
    let verdicts = try radii.map { try bench.standing(under: bench.attack, at: $0) }
    var worst = CheckFinding()
    var comparisons = 0
    for larger in radii.indices {
      for smaller in radii.indices where smaller < larger && radii[smaller] < radii[larger] {
        comparisons += 1
        var pair = CheckFinding()
        pair.against = verdicts[larger].butNot(verdicts[smaller])
        pair.inFavour = verdicts[smaller].butNot(verdicts[larger])
        if comparisons == 1 || pair.p < worst.p { worst = pair }
      }
    }
    worst.comparisons = max(1, comparisons)
    worst.candidates = bench.clean.yes
    worst.figures = [.right(bench.clean, "when clean")]
    worst.figures += zip(radii, verdicts).map { radius, verdicts in
      .right(verdicts, "under \(bench.attack.name) at \(radius)")
    }
    return worst
  }
}
