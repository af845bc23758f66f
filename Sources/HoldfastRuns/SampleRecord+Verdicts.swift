public import HoldfastRecords

extension SampleRecord {
  /// Whether the sample is right under every protocol, per radius.
  ///
  /// What fools it at a radius fools it at larger ones too, unless each radius has a budget of its own.
  public func worstCase(of plan: PlanRecord) -> [Bool] {
    let isNested = plan.budgets == .nested
    var stands: [Bool] = []
    for index in plan.radii.indices {
      let here = protocols.allSatisfy { $0.radii.indices.contains(index) && $0.radii[index].robust }
      stands.append(clean.correct && here && (!isNested || stands.last ?? true))
    }
    return stands
  }
}
