import HoldfastAttacks
import HoldfastRecords

extension BudgetsRecord {
  /// The value for records.
  init(_ budgets: Budgets) {
    switch budgets {
    case .nested: self = .nested
    case .independent: self = .independent
    }
  }
}
