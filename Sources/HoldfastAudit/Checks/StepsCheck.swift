import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (e) Ten times the steps find nothing new.
struct StepsCheck: MaskingCheck {
  let letter = "e"
  let name = "steps"
  let question = "do ten times the steps change less than one point?"
  let meaning =
    "the attack has not come to its end: longer runs fool more, so robust accuracy is overstated; "
    + "give the attack more steps"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let factor = bench.settings.stepFactor
    guard let longer = bench.attack.lengthened(by: factor) else {
      return .notRun("\(bench.attack.name) has no number of steps that can be raised")
    }
    return try bench.compare(with: longer, at: bench.telling())
  }
}
