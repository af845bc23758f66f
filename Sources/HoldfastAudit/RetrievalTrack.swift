import HoldfastAttacks
import HoldfastCore
import HoldfastRecords
import HoldfastTensor

/// An input on its way through an audit of retrieval: what is known so far.
struct RetrievalTrack {
  /// Passes and the verdicts of R@1.
  private(set) var track: SampleTrack
  /// Where the unperturbed input stands.
  let clean: RetrievalPointRecord
  private let radii: [Radius]
  private let isNested: Bool
  /// Per attack and radius the largest rank so far.
  private var ranks: [[Int]]
  /// Per attack and radius the input of highest loss.
  private var shown: [[RetrievalPointRecord]]

  /// An input that faces so many attacks.
  init(_ track: SampleTrack, clean: RetrievalPointRecord, attacks: Int, plan: AuditPlan) {
    self.track = track
    self.clean = clean
    radii = plan.radii
    isNested = plan.budgets == .nested
    ranks = .init(repeating: plan.radii.map { _ in 0 }, count: attacks)
    shown = .init(repeating: plan.radii.map { _ in clean }, count: attacks)
  }

  /// The radii at which an attack may yet push all partners out of the best `k`: those where a
  /// partner is among them, but none among the best `smaller`.
  ///
  /// A search takes the same path whatever k it is for, so one that failed for a smaller k has
  /// nothing to offer.
  func standing(_ attack: Int, at k: Int, beyond smaller: Int) -> [Radius] {
    zip(radii, ranks[attack]).filter {
      let rank = max($0.1, clean.rank)
      return rank > smaller && rank <= k
    }.map(\.0)
  }

  /// Adds passes.
  mutating func spend(_ name: AuditProtocol, _ radius: Radius, attack: String, _ cost: Cost) {
    track.spend(name, radius, attack: attack, cost)
  }

  /// Records an input that was tested: it lies in its own ball, and with nested budgets in all
  /// larger ones.
  ///
  /// - Returns: the radii at which it is the one that speaks for the protocol so far.
  mutating func show(
    _ name: AuditProtocol, _ radius: Radius, _ attack: Int, named: String, _ example: Example,
    _ point: RetrievalPointRecord, isWholeBudget: Bool
  ) throws -> [Radius] {
    var spoken: [Radius] = []
    for (index, other) in radii.enumerated()
    where other == radius || (isNested && other > radius) {
      ranks[attack][index] = max(ranks[attack][index], point.rank)
      // What is not found when clean counts as lost at R@1 already.
      if clean.rank == 1, try track.show(name, other, attack: named, example) {
        spoken.append(other)
      }
      if other == radius, isWholeBudget { shown[attack][index] = point }
    }
    return spoken
  }

  /// The line of `samples.jsonl`.
  func record(_ protocols: [AuditProtocol], attacks: [String]) throws -> SampleRecord {
    var record = try track.record(protocols)
    record.retrieval = RetrievalSampleRecord(
      partners: track.truth.partners, clean: clean,
      attacks: attacks.enumerated().map { place, name in
        RetrievalAttackRecord(
          attack: name,
          radii: radii.enumerated().map { index, radius in
            RetrievalRadiusRecord(
              radius: radius.description, rank: ranks[place][index], shown: shown[place][index])
          })
      })
    return record
  }
}
