import HoldfastAttacks
import HoldfastCore
public import HoldfastData
import HoldfastRecords

extension CheckRunner {
  /// The most seconds that the whole checklist takes for one sample.
  ///
  /// That is one that stands at some radius and falls at a larger one; nil when there is no attack to
  /// check. A check makes one search per attack whatever the task, as an audit of classification does.
  ///
  /// The attack meets each radius and the widest by itself, and at one radius ten times its steps, a
  /// transferred example and queries come on top; the cheap checks are left out.
  public func secondsPerSample(on samples: [PreparedSample]) throws -> Double? {
    guard let attack else { return nil }
    let queries = AttackRecipe(
      name: "square", attack: Square(queries: settings.queries), objective: Margin())
    var single = task.plan
    single.radii = Array(task.plan.radii.suffix(1))
    single.attacks = [.whiteBox: [attack]]
    if (try? queries.attack.check(single.subject.encoder.input)) != nil {
      single.attacks[.whiteBox]?.append(queries)
    }
    let seconds = try CostEstimate(Classification(single), on: samples).rows.map(\.seconds)
    let runs = task.plan.radii.count + 2 + settings.stepFactor
    return seconds[0] * Double(runs) + seconds.dropFirst().reduce(0, +)
  }
}
