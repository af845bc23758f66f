import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastRecords

/// (e) Ten times the steps find nothing new.
struct StepsCheck: MaskingCheck {
  let letter = "e"
  let name = "steps"
  let question = "do ten times the steps change less than one point?"
  let meaning =
    "the attack has not come to its end: longer runs fool more, so robust accuracy is overstated; "
    + "give the attack more steps"

  func find(_ bench: CheckBench) throws -> CheckFinding {
    let factor = bench.settings.stepFactor
    guard let longer = try bench.attack.lengthened(by: factor) else {
      return .notRun("\(bench.attack.name) does not say how many steps it takes")
    }
    return try bench.compare(with: longer, at: bench.telling())
  }
}

extension AttackRecipe {
  /// The recipe with as many times the steps; nil for an attack that does not say what they are.
  func lengthened(by factor: Int) throws -> AttackRecipe? {
    func open<A: Attack>(_ attack: A) throws -> (any Attack)? {
      let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(attack))
      let longer = try JSONSerialization.data(withJSONObject: Self.scaled(json, by: factor))
      let copy = try JSONDecoder().decode(A.self, from: longer)
      return copy.steps == factor * attack.steps ? copy : nil
    }
    guard let longer = try open(attack) else { return nil }
    return AttackRecipe(
      name: "\(name) of \(longer.steps) steps", attack: longer, objective: objective,
      restarts: restarts, targets: targets)
  }

  /// The parameters with every number of steps multiplied, those of wrapped attacks included.
  private static func scaled(_ value: Any, by factor: Int) -> Any {
    guard let object = value as? [String: Any] else { return value }
    return object.reduce(into: [String: Any]()) { result, entry in
      if ["steps", "iterations"].contains(entry.key), let steps = entry.value as? Int {
        result[entry.key] = factor * steps
      } else {
        result[entry.key] = scaled(entry.value, by: factor)
      }
    }
  }
}
