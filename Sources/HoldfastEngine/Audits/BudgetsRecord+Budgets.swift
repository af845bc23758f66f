import HoldfastAttacks
import HoldfastRecords

extension BudgetsRecord {
  /// As records name what attacks were told.
  init(_ budgets: Budgets) {
    switch budgets {
    case .nested: self = .nested
    case .independent: self = .independent
    }
  }
}
