import HoldfastCore
import HoldfastRecords

/// The rows of a retrieval record: one for each attack of each protocol that is not a screen.
struct RetrievalRows {
  /// One attack of one protocol.
  struct Row: Hashable {
    let name: AuditProtocol
    let attack: String
  }

  /// The rows, in the order they are recorded.
  let all: [Row]
  /// The rows for which what an attack finds counts: its own, or those behind a screen.
  private let counted: [Row: [Int]]

  init(_ plan: AuditPlan) {
    var all: [Row] = []
    var counted: [Row: [Int]] = [:]
    for name in plan.recorded {
      let recipes = plan.attacks[name == .transferPNG ? .transfer : name] ?? []
      var screens: [Row] = []
      for recipe in recipes {
        let row = Row(name: name, attack: recipe.name)
        guard !recipe.isScreen else {
          screens.append(row)
          continue
        }
        for screen in screens { counted[screen, default: []].append(all.count) }
        counted[row] = [all.count]
        all.append(row)
      }
    }
    self.all = all
    self.counted = counted
  }

  /// The rows for which what an attack of a protocol finds counts.
  func counted(_ name: AuditProtocol, _ attack: String) -> [Int] {
    counted[Row(name: name, attack: attack)] ?? []
  }
}
