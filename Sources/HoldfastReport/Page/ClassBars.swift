import Foundation
import HoldfastRecords

/// Accuracy class by class, weakest first, ready for the template `classes`.
struct ClassBars {
  struct Bar {
    let width: String
    let style: String
  }

  struct Row {
    let name: Shown
    let total: Int
    /// Clean, and under attack at each radius.
    let counts: [Int]
    let bars: [Bar]
    /// The whole row in words.
    let label: Shown
  }

  let columns: [Shown]
  let keys: [Key]
  let rows: [Row]
  /// The rows that are shown on request.
  let rest: [Row]
  let hasRest: Bool
  let restCount: Int

  struct Key {
    let name: Shown
    let style: String
  }

  /// The rows that are seen at once.
  private static let limit = 20

  init?(_ run: RecordedRun) {
    let seen = run.classes.filter { $0.total > 0 }
    guard seen.count > 1 else { return nil }
    let radii = run.summary.worstCase.map(\.radius)
    columns = [Shown("clean")] + radii.map { Shown($0) }
    // Four tints at most: of more radii, the bars show the first, the last, and two between.
    let drawn = Self.drawn(radii.count)
    keys =
      [Key(name: "clean", style: "b0")]
      + drawn.enumerated().map { Key(name: Shown(radii[$1]), style: "b\($0 + 1)") }
    let sorted = seen.sorted {
      let (first, second) = (Self.key($0), Self.key($1))
      return first == second ? $0.label < $1.label : first.lexicographicallyPrecedes(second)
    }
    let rows = sorted.map { tally in
      let name = run.plan.classes.indices.contains(tally.label) ? run.plan.classes[tally.label] : ""
      let counts = [tally.clean] + tally.robust.prefix(radii.count)
      func bar(_ count: Int, _ style: String) -> Bar {
        Bar(
          width: String(format: "%.2f", 100 * Double(count) / Double(max(1, tally.total))),
          style: style)
      }
      return Row(
        name: Shown(name), total: tally.total, counts: counts,
        bars: [bar(tally.clean, "b0")]
          + drawn.enumerated().map { bar(tally.robust[$1], "b\($0 + 1)") },
        label: Shown(
          "\(name): " + zip(["clean"] + radii, counts).map { "\($0) \($1)" }.joined(separator: ", ")
            + " of \(tally.total)"))
    }
    self.rows = Array(rows.prefix(Self.limit))
    rest = Array(rows.dropFirst(Self.limit))
    hasRest = !rest.isEmpty
    restCount = rest.count
  }

  private static func drawn(_ count: Int) -> [Int] {
    guard count > 4 else { return Array(0..<count) }
    return [0, count / 3, 2 * count / 3, count - 1]
  }

  /// By what rows are sorted: the shares under attack, the smallest radius first.
  private static func key(_ tally: ClassTally) -> [Double] {
    (tally.robust + [tally.clean]).map { Double($0) / Double(max(1, tally.total)) }
  }
}
