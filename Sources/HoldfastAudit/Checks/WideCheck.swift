import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (b) A radius of 64/255 leaves nothing right.
struct WideCheck: MaskingCheck {
  let letter = "b"
  let name = "wide"
  let question = "does a radius of 64/255 of the legal range leave nothing right?"
  let meaning =
    "samples withstand a perturbation that leaves little of the input: it is the attack that "
    + "fails, not the model that withstands it"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    guard let radius = bench.widest else {
      return .notApplicable("the input has no legal range, so 64/255 means nothing")
    }
    let verdicts = try bench.standing(under: bench.attack, at: radius)
    var finding = CheckFinding(candidates: bench.clean.yes)
    finding.against = verdicts.yes
    finding.figures = [
      .right(bench.clean, "when clean"),
      .right(verdicts, "under \(bench.attack.name) at \(radius)"),
    ]
    return finding
  }
}
