import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (a) What is right at a radius is right at every smaller one.
///
/// Each radius is attacked by itself, because what is found at one and counted at the next would
/// make this true by construction.
struct RadiusCheck: MaskingCheck {
  let letter = "a"
  let name = "radius"
  let question = "does a larger radius leave no more samples right than a smaller one?"
  let meaning =
    "more samples withstand a larger radius than a smaller one, which holds the same inputs and "
    + "more: the attack loses its way, and what stands under it may not be robust"

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
