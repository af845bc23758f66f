import HoldfastAttacks
public import HoldfastCore
public import HoldfastRecords
import HoldfastTensor

/// An input on its way through an audit of retrieval.
public struct RetrievalTrack: AuditTrack {
  /// true: what loses a rank in a ball loses it in every larger one.
  public static let countsAtLargerRadii = true

  /// The input, the work, and the verdicts of R@1.
  public var sample: SampleTrack
  /// The unperturbed input.
  private let clean: RetrievalPointRecord
  private let rows: RetrievalRows
  private let isNested: Bool
  /// Per row and radius the largest rank so far.
  private var ranks: [[Int]]
  /// Per row and radius the input of highest loss.
  private var shown: [[RetrievalPointRecord]]

  init(_ sample: SampleTrack, clean: RetrievalPointRecord, rows: RetrievalRows, plan: AuditPlan) {
    self.sample = sample
    self.clean = clean
    self.rows = rows
    isNested = plan.budgets == .nested
    ranks = rows.all.map { _ in plan.radii.map { _ in 0 } }
    shown = rows.all.map { _ in plan.radii.map { _ in clean } }
  }

  /// All radii for the whole budget; for a k those at which an attack may yet push all partners out
  /// of the best k: a partner is among them, but none among the best of the k before.
  ///
  /// A search takes the same path for every k, so one that failed for a smaller k is not repeated.
  public func radii(
    for aim: RetrievalAim, of recipe: AttackRecipe, in name: AuditProtocol
  ) -> [Radius] {
    guard let k = aim.rank else { return sample.radii }
    let truth = sample.truth
    // Among k entries there is always a partner when there are fewer than k rivals.
    guard (truth.entries ?? 0) - truth.partners.count >= k else { return [] }
    let smaller = Retrieval.ranks.last { $0 < k } ?? 0
    let counted = rows.counted(name, recipe.name)
    return sample.radii.enumerated().filter { index, _ in
      counted.contains { row in
        let rank = max(ranks[row][index], clean.rank)
        return rank > smaller && rank <= k
      }
    }.map(\.element)
  }

  /// Takes note of an input: it lies in its own ball, and with nested budgets an input that was made
  /// on the audited model counts in all larger ones.
  public mutating func show(
    _ seen: Sighting<RetrievalPointRecord>, for aim: RetrievalAim, of recipe: AttackRecipe,
    in name: AuditProtocol, at radius: Radius
  ) throws -> [Radius] {
    let counted = rows.counted(name, recipe.name)
    var spoken: [Radius] = []
    for (index, other) in sample.radii.enumerated()
    where other == radius || (isNested && !name.isTransfer && other > radius) {
      for row in counted { ranks[row][index] = max(ranks[row][index], seen.detail.rank) }
      // What is not found when clean counts as lost at R@1 already.
      if clean.rank == 1, try sample.show(name, other, attack: recipe.name, seen.example) {
        spoken.append(other)
      }
      if other == radius, aim.rank == nil {
        for row in counted { shown[row][index] = seen.detail }
      }
    }
    return spoken
  }

  /// The line of `samples.jsonl`.
  public func record() throws -> SampleRecord {
    var record = try sample.record()
    record.retrieval = RetrievalSampleRecord(
      partners: sample.truth.partners, clean: clean,
      attacks: rows.all.enumerated().map { place, row in
        RetrievalAttackRecord(
          attack: row.attack, transfer: row.name.isTransfer ? row.name.rawValue : nil,
          radii: sample.radii.enumerated().map { index, radius in
            RetrievalRadiusRecord(
              radius: radius.description, rank: ranks[place][index], shown: shown[place][index])
          })
      })
    return record
  }
}
