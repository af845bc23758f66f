import Foundation
import HoldfastErrors
public import HoldfastRecords

/// The results of an audit of retrieval, as tables and sentences.
public struct RetrievalReport: Report {
  private let plan: PlanRecord
  private let summary: SummaryRecord
  private let found: RetrievalSummaryRecord

  /// A report on a finished run; nil when the run was none of retrieval.
  public init?(plan: PlanRecord, summary: SummaryRecord) {
    guard let found = summary.retrieval else { return nil }
    self.plan = plan
    self.summary = summary
    self.found = found
  }

  /// What was audited, and the space of epsilon: one line.
  public var heading: String {
    let queries = found.clean.toAttacked.first?.total ?? 0
    return plan.heading(
      counted(summary.samples, "attacked \(plan.retrieval?.side ?? "input")") + " in an index of "
        + "\(found.entries), and \(queries) that look for them")
  }

  /// One direction of looking.
  private enum Direction: String, CaseIterable {
    case from = "from attacked"
    case to = "to attacked"

    func shares(_ recall: RecallRecord) -> [ProportionRecord] {
      self == .from ? recall.fromAttacked : recall.toAttacked
    }
  }

  /// R@k per attack and direction with Wilson 95 % intervals, and the mean cosine to the true
  /// partners; the last rows are what is retrieved under every attack.
  public func table() -> Table {
    var table = Table(texts: ["attack", "direction", "measure"], numbers: ["clean"] + plan.radii)
    for entry in found.attacks {
      addRecall(entry.title, entry.radii.map(\.recall), to: &table)
      let clean = entry.radii.first.map { $0.cosine - $0.cosineChange }
      table.add(
        [entry.title, Direction.from.rawValue, "cosine", clean.map(cosine) ?? ""]
          + entry.radii.map { "\(cosine($0.cosine)) (\(String(format: "%+.3f", $0.cosineChange)))" }
      )
    }
    if found.attacks.count != 1 {
      addRecall(found.attacks.isEmpty ? "clean" : "worst case", found.worstCase, to: &table)
    }
    return table
  }

  private func addRecall(_ name: String, _ recalls: [RecallRecord], to table: inout Table) {
    for direction in Direction.allCases {
      for (index, rank) in found.ranks.enumerated() {
        table.add(
          [name, direction.rawValue, "R@\(rank)"]
            + ([found.clean] + recalls).map { cell(direction.shares($0)[index]) })
      }
    }
  }

  /// One line per attack, radius, direction and k with all figures as numbers, for programs.
  public func figures() -> Table {
    var table = Table(
      texts: ["attack", "epsilon", "direction", "k"],
      numbers: [
        "recall", "low", "high", "found", "total", "attack_success", "cosine", "cosine_change",
        "repelled", "largest_distance",
      ])
    func add(
      _ name: String, _ radius: String, _ recall: RecallRecord,
      _ details: (Direction, Int) -> [String]
    ) {
      for direction in Direction.allCases {
        for (index, share) in direction.shares(recall).enumerated() {
          table.add(
            [
              name, radius, direction.rawValue, "\(found.ranks[index])", "\(share.value)",
              "\(share.low)", "\(share.high)", "\(share.count)", "\(share.total)",
            ] + details(direction, index))
        }
      }
    }
    add("clean", "0", found.clean) { _, _ in [] }
    for entry in found.attacks {
      for row in entry.radii {
        add(entry.title, row.radius, row.recall) { direction, index in
          let rates = direction == .from ? row.successFromAttacked : row.successToAttacked
          return [
            rates[index].map { "\($0)" } ?? "", "\(row.cosine)", "\(row.cosineChange)",
            "\(row.repelled)", "\(row.largestDistance)",
          ]
        }
      }
    }
    for (radius, recall) in zip(plan.radii, found.worstCase) {
      add("worst-case", radius, recall) { _, _ in [] }
    }
    return table
  }

  /// Notes to the table.
  public var notes: [String] {
    leftOut(plan, summary) + summary.omitted.map { "not run: \($0.name) (\($0.reason))" } + remarks
      + doubts + summary.checkNotes
  }

  /// What the figures mean, and what they do not say.
  var remarks: [String] {
    var notes: [String] = []
    if !found.attacks.isEmpty {
      notes += [
        "from attacked: each k is a worst case of its own, searched until no partner is among "
          + "the k best; what is not found when clean counts as lost",
        "to attacked: every partner looks among the inputs of highest loss; they were not "
          + "searched for this direction, so a stronger attack on it may exist",
      ]
    }
    if found.attacks.contains(where: { $0.transfer != nil }) {
      notes.append(
        "transfer: one input for each attack and radius, of highest loss on another model; no k was "
          + "searched for by itself")
    }
    if summary.checks?.contains(where: { $0.p != nil }) == true {
      notes.append("checks: a sample is right while one of its partners comes first (R@1)")
    }
    notes += reuseNotes(summary)
    for entry in found.attacks {
      let rows = entry.radii.map { row in
        "\(row.repelled) of \(summary.samples) cosines fell at \(row.radius), moved by at most "
          + String(format: "%.6g", row.largestDistance)
      }
      notes.append("\(entry.title): \(rows.joined(separator: "; "))")
    }
    for (direction, size) in [
      (Direction.from, found.entries), (Direction.to, found.clean.fromAttacked.first?.total ?? 0),
    ] {
      for rank in found.ranks where size <= rank {
        notes.append(
          "\(direction.rawValue): there are \(size) to be found, so R@\(rank) says nothing")
      }
    }
    return notes
  }

  /// Doubts about the figures themselves.
  var doubts: [String] {
    guard summary.inMarginBand > 0 else { return [] }
    return [
      "\(summary.inMarginBand) verdicts of R@1 are within 0.001 logits of the boundary: "
        + "other kernels may decide them otherwise"
    ]
  }

  private func cell(_ share: ProportionRecord) -> String {
    "\(percent(share.value)) [\(bounds(share.low, share.high))]"
  }

  private func cosine(_ value: Double) -> String { String(format: "%.3f", value) }
}

extension RetrievalAttackSummaryRecord {
  /// The attack, and whether its inputs were made on another model.
  fileprivate var title: String { transfer.map { "\(attack) (\($0))" } ?? attack }
}
