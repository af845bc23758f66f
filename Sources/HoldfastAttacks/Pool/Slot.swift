import HoldfastCore
import HoldfastTensor

/// When a sample may leave an attack.
public enum StopRule: String, Sendable, Hashable, Codable {
  /// At its first verified success, which then holds at every larger radius. For verdicts.
  case firstSuccess
  /// After the whole budget at every radius, with the input of highest loss among those that fool
  /// the model, or among all where none does. For inputs that are shown to another model, which
  /// must not sit on the boundary of this one.
  case fullBudget
}

/// What the radii of a sample share.
public enum Budgets: String, Sendable, Hashable, Codable, CaseIterable {
  /// What fools the model at a radius counts at every larger one, where it is not attacked again.
  case nested
  /// Nothing: each radius is attacked from the beginning, as the reference does.
  case independent
}

/// What the host knows about the sample in one row of the batch.
struct Slot {
  let job: AttackJob
  /// The classes that runs aim at in turn; none for an untargeted attack.
  private let targets: [Int]
  private let runs: Int
  private let stop: StopRule
  private let budgets: Budgets
  private let sharesRadii: Bool
  private let reach: Reach
  var radiusIndex = 0
  var run = 0
  var step = 0
  /// The noise of the run that is under way.
  var generator: Generator
  private(set) var outcomes: [RadiusOutcome]
  /// The score of the point tested last at this radius.
  var keptScore = -Double.infinity
  /// Where a screen's last run ended: `(1, …)`.
  var carried: Tensor?
  /// The smallest perturbation tested so far, where an attack seeks the smallest.
  var smallestFound = Double.infinity

  init(_ job: AttackJob, _ recipe: AttackRecipe, _ settings: PoolSettings) {
    self.job = job
    targets = Array(job.truth.rivals.prefix(recipe.targets))
    runs = recipe.restarts * max(1, targets.count)
    stop = settings.stop
    budgets = settings.budgets
    sharesRadii = settings.sharesRadii
    reach = recipe.attack.reach
    generator = Generator(seed: settings.seed, stream: job.id)
    outcomes = job.radii.map { RadiusOutcome(radius: $0, success: false) }
  }

  /// The radius under attack; for an attack that seeks the smallest perturbation the largest one
  /// that still stands.
  var radius: Radius {
    guard reach == .box, budgets == .nested else { return job.radii[radiusIndex] }
    return job.radii[standing.last ?? radiusIndex]
  }

  /// The class that this run aims at.
  var target: Int? { targets.isEmpty ? nil : targets[run % targets.count] }

  /// How often the sample was run before at the same target.
  var restart: Int { run / max(1, targets.count) }

  /// Where the first run at a radius begins, if a screen ended somewhere at the radius before.
  var inherited: Tensor? { run == 0 ? carried : nil }

  /// The generator of a run from its beginning.
  func runGenerator(seed: UInt64, recipe: String) -> Generator {
    Generator(seed: seed, stream: job.id).split("\(recipe)/\(radius.value)", run)
  }

  /// The example kept at a radius.
  func example(at index: Int) -> Example? { outcomes[index].example }

  /// Counts passes over this sample, and its share of their time.
  mutating func count(forward: Int, backward: Int = 0, seconds: Duration = .zero) {
    outcomes[radiusIndex].cost.forward += forward
    outcomes[radiusIndex].cost.backward += backward
    outcomes[radiusIndex].cost.seconds += seconds / .seconds(1)
  }

  /// The indices of the radii under attack that no example fools firmly.
  var standing: [Int] {
    guard budgets == .nested else { return [radiusIndex] }
    return outcomes.indices.filter { (outcomes[$0].example?.margin ?? 0) < Example.marginBand }
  }

  /// Whether nothing is left to find at any radius under attack.
  var isDecided: Bool {
    guard budgets == .nested else {
      return (outcomes[radiusIndex].example?.margin ?? 0) >= Example.marginBand
    }
    return standing.isEmpty
  }

  /// Keeps an example that was tested again; a success holds at all larger radii.
  mutating func keep(_ example: Example, at index: Int) {
    outcomes[index].example = example
    outcomes[index].success = example.margin > 0
    guard sharesRadii, example.margin > 0 else { return }
    for larger in outcomes.indices where larger > index {
      guard example.margin > outcomes[larger].example?.margin ?? 0 else { continue }
      outcomes[larger].success = true
      outcomes[larger].example = example
    }
  }

  /// Goes on to the next run: another target or restart, or the next radius; false where none is
  /// left.
  ///
  /// - Parameter completed: whether the run spent its whole budget.
  mutating func advance(completed: Bool) -> Bool {
    step = 0
    if completed { outcomes[radiusIndex].cost.runs += 1 }
    if stop == .firstSuccess, isFirmlyFooled { return nextRadius() }
    run += 1
    if stop == .firstSuccess { keptScore = -.infinity }
    if run < runs { return true }
    return nextRadius()
  }

  /// A success inside the margin band is kept, and the attack goes on for a firmer one.
  private var isFirmlyFooled: Bool {
    reach == .box ? isDecided : (example(at: radiusIndex)?.margin ?? 0) >= Example.marginBand
  }

  /// Goes on to the next radius that is still to be attacked.
  private mutating func nextRadius() -> Bool {
    run = 0
    keptScore = -.infinity
    smallestFound = .infinity
    // One search for the smallest perturbation answers for every radius.
    if reach == .box, budgets == .nested || stop == .fullBudget { return false }
    repeat {
      radiusIndex += 1
    } while radiusIndex < outcomes.count
      && sharesRadii
      && (outcomes[radiusIndex].example?.margin ?? 0) >= Example.marginBand
    return radiusIndex < outcomes.count
  }
}

extension Noise {
  /// The noise of the samples in a batch, as far as each has been drawn from.
  init(_ slots: [Slot]) {
    self.init(
      slots.map(\.generator), runs: slots.map(\.run), restarts: slots.map(\.restart))
  }
}
