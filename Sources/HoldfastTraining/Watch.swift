import HoldfastTensor

extension Trainer {
  /// Stops a step whose loss or gradients are not finite, before the leaves move.
  ///
  /// Where every term is finite and a gradient is not, the step is computed once more, term by term, to
  /// find the one.
  /// - Throws: ``NotFiniteError``.
  func watch(
    _ sum: BatchSum, _ gradientNorm: Double, _ lesson: any Lesson, _ state: TrainingState
  ) throws {
    let terms = sum.figures(under: "terms/")
    let lost = terms.filter { !$0.value.isFinite }.keys.min()
    guard lost != nil || !gradientNorm.isFinite else { return }
    throw NotFiniteError(
      step: state.step + 1, term: try lost ?? termOfLostGradient(lesson, state),
      parameter: try state.lostLeaf() ?? state.lastNotFinite(sum.gradients))
  }

  private func termOfLostGradient(
    _ lesson: any Lesson, _ state: TrainingState
  ) throws -> String? {
    var found: String?
    try visitParts(of: lesson, step: state.step) { part, _ in
      for term in part.terms where found == nil && term.value.requiresGradient {
        let own = try gradients(
          of: term.value, withRespectTo: state.tensors, keepGraph: true, allowUnused: true)
        if try !norm(of: own).item().isFinite { found = term.name }
      }
    }
    return found
  }
}
