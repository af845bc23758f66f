import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (c) An attack through the model fools at least as much as one that was made for another model.
///
/// It takes the verdicts of the audit's own protocols.
struct TransferCheck: MaskingCheck {
  let letter = "c"
  let name = "transfer"
  let question = "does the white-box protocol fool at least as much as the transfer protocol?"
  let meaning =
    "inputs that were made for another model fool this one more often than inputs made for "
    + "itself: its gradient misleads the attack"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    guard bench.plan.recorded.contains(.transfer) else {
      return .notRun("the transfer protocol is not run")
    }
    var worst = CheckFinding()
    var candidates = 0
    var comparisons = 0
    for index in bench.plan.radii.indices {
      let transfer = bench.right(.transfer, at: index)
      let white = bench.right(.whiteBox, at: index)
      var pair = CheckFinding()
      pair.against = white.butNot(transfer)
      pair.inFavour = transfer.butNot(white)
      candidates = max(candidates, white.yes)
      comparisons += 1
      guard comparisons == 1 || pair.p < worst.p else { continue }
      let radius = bench.plan.radii[index]
      pair.figures = [
        .right(transfer, "under transfer at \(radius)"),
        .right(white, "under white-box at \(radius)"),
      ]
      worst = pair
    }
    worst.comparisons = max(1, comparisons)
    worst.candidates = candidates
    return worst
  }
}

extension CheckBench {
  /// Which samples the audit found right under a protocol at the radius of an index.
  fileprivate func right(_ name: AuditProtocol, at index: Int) -> [Bool?] {
    records.map { record in
      guard let record,
        let radii = record.protocols.first(where: { $0.kind == name })?.radii,
        index < radii.count
      else { return nil }
      guard record.clean.correct else { return false }
      return plan.budgets == .nested
        ? radii[...index].allSatisfy(\.robust) : radii[index].robust
    }
  }
}
