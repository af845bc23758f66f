import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (d) An attack that follows the gradient fools at least as much as one that sees scores alone.
struct QueryCheck: MaskingCheck {
  let letter = "d"
  let name = "queries"
  let question = "does the attack fool at least as much as Square, which sees scores alone?"
  let meaning =
    "an attack without gradients fools the model on inputs that one with gradients does not: the "
    + "gradients are masked, and the white-box figures overstate robustness"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let recipe = AttackRecipe(
      name: "square", attack: Square(queries: bench.settings.queries), objective: Margin())
    if let reason = bench.refusal(of: recipe) { return .notRun(reason) }
    return try bench.compare(with: recipe, at: bench.telling())
  }
}

extension CheckBench {
  /// Why an attack does not take the inputs of the model.
  func refusal(of recipe: AttackRecipe) -> String? {
    do {
      try recipe.attack.check(plan.subject.encoder.input)
      return nil
    } catch {
      return error.message
    }
  }

  /// Compares the verdicts of another attack with those of the checked attack.
  ///
  /// The samples that stand are asked first. Those that were fooled can only speak for the checked
  /// attack; they are asked only if enough of the others fell to make them decide.
  func compare(with rival: AttackRecipe, at radius: Radius) throws -> CheckFinding {
    let ours = try standing(under: attack, at: radius)
    let rows = ours.indices.filter { ours[$0] == true }
    var theirs = try standing(under: rival, at: radius, of: rows)
    var finding = CheckFinding(candidates: rows.count)
    finding.against = ours.butNot(theirs)
    finding.figures = [
      .right(ours, "under \(attack.name) at \(radius)"),
      CheckFigureRecord(
        name: "of these right under \(rival.name)", count: rows.count - finding.against,
        total: rows.count),
    ]
    guard finding.against >= fewest else { return finding }
    theirs = try standing(under: rival, at: radius)
    finding.inFavour = theirs.butNot(ours)
    finding.figures.append(.right(theirs, "under \(rival.name) at \(radius)"))
    return finding
  }
}
