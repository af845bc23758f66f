import HoldfastCore

/// The ensembles: names for several attacks, of which each sample faces all until one fools it.
extension AttackTable {
  static let ensembleEntries: [AttackEntry] = []
}
