import ArgumentParser
import Holdfast

/// A class to reach, on the command line.
struct TargetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Push samples towards a class instead of away from their own: a class name, random (one for "
        + "each sample), or least-likely. Samples of the class itself are left out.",
      valueName: "class"))
  var target: String?
}

extension AuditRun {
  /// Refuses a class that is not there, and leaves out the samples of the one that is meant.
  mutating func aim(at text: String?) throws(UsageError) {
    guard let text else { return }
    let rule = try TargetRule(text, classes: classes)
    var recipes: [AttackRecipe] = []
    for recipe in attacks { recipes.append(try recipe.towardsTarget()) }
    attacks = recipes
    target = (text, rule)
    if case .label(let label) = rule { data = data.leavingOut(class: label) }
    if case .run = checks { checks = .off("they are about attacks without a target") }
  }

  /// Those of a defence's own attacks that can aim at a class, where there is one.
  func aimed(_ recipes: [AttackRecipe]) -> [AttackRecipe] {
    target == nil ? recipes : recipes.compactMap { try? $0.towardsTarget() }
  }
}
