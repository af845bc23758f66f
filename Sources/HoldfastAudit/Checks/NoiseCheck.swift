import HoldfastAttacks
import HoldfastCore
import HoldfastErrors
import HoldfastRecords

/// (g) Random noise is far weaker than the attack.
///
/// It fails if noise alone fools more than half of the samples that either fools: a far stronger
/// attack would fool most of these alone. An attack that gains less than 5 points has nothing to be
/// compared with.
struct NoiseCheck: MaskingCheck {
  let letter = "g"
  let name = "noise"
  let question = "is random noise of the same size far weaker than the attack?"
  let meaning =
    "noise fools more than half of all fooled samples: the attack does little more than chance "
    + "does, so it says nothing about the worst case"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let radius = try bench.telling()
    let attacked = try bench.standing(under: bench.attack, at: radius)
    let gain = bench.clean.yes - attacked.yes
    guard Double(gain) >= bench.settings.leastGain * Double(bench.count) else {
      var finding = CheckFinding.notApplicable(
        "the attack gains \(gain) of \(counted(bench.count, "sample")), less than 5 points")
      finding.figures = [
        .right(bench.clean, "when clean"),
        .right(attacked, "under \(bench.attack.name) at \(radius)"),
      ]
      return finding
    }
    let noisy = try bench.standingUnderNoise(at: radius)
    var finding = CheckFinding(candidates: bench.clean.yes)
    finding.against = bench.clean.butNot(noisy)
    finding.inFavour = noisy.butNot(attacked)
    finding.figures = [
      .right(bench.clean, "when clean"),
      .right(noisy, "under noise of \(radius)"),
      .right(attacked, "under \(bench.attack.name) at \(radius)"),
    ]
    return finding
  }
}
