import HoldfastCore
import HoldfastTensor

/// The host's state of the sample in one row of the batch.
struct Slot {
  let job: AttackJob
  /// The classes that runs aim at in turn; empty for an untargeted attack.
  private let targets: [Int]
  private let runs: Int
  /// Whether a success counts at every larger radius.
  private let sharesRadii: Bool
  /// The index of the radius that passes are counted for.
  private(set) var radiusIndex = 0
  private(set) var run = 0
  var step = 0
  /// The noise of the current run.
  var generator: Generator
  private(set) var outcomes: [RadiusOutcome]
  /// The best score that was tested so far, for the judge.
  var mark = -Double.infinity
  /// The last point of a screen's last run: `(1, …)`.
  var carried: Tensor?

  init(_ job: AttackJob, _ recipe: AttackRecipe, _ settings: PoolSettings) {
    self.job = job
    targets = Array(job.truth.rivals.prefix(recipe.targets))
    runs = recipe.restarts * max(1, targets.count)
    sharesRadii = settings.sharesRadii
    generator = Generator(seed: settings.seed, stream: job.id)
    outcomes = job.radii.map { RadiusOutcome(radius: $0, success: false) }
  }

  // MARK: Progress

  /// The class that this run aims at; nil for an untargeted attack.
  var target: Int? { targets.isEmpty ? nil : targets[run % targets.count] }

  /// How often the sample was run before at the same target.
  var restart: Int { run / max(1, targets.count) }

  /// The first point of the first run at a radius; nil if no screen ran at the radius before.
  var inherited: Tensor? { run == 0 ? carried : nil }

  /// Counts passes over this sample, and its share of their time.
  mutating func count(forward: Int, backward: Int = 0, seconds: Duration = .zero) {
    outcomes[radiusIndex].cost.forward += forward
    outcomes[radiusIndex].cost.backward += backward
    outcomes[radiusIndex].cost.seconds += seconds / .seconds(1)
  }

  /// Ends a run, which spent its whole budget or was cut short by a success.
  mutating func endRun(completed: Bool) {
    step = 0
    if completed { outcomes[radiusIndex].cost.runs += 1 }
  }

  /// Goes on to another target or restart at the same radius; false when none is left.
  mutating func nextRun() -> Bool {
    run += 1
    return run < runs
  }

  /// Moves to the next radius that no earlier success has firmly decided; false when none is left.
  mutating func nextRadius() -> Bool {
    run = 0
    mark = -.infinity
    repeat {
      radiusIndex += 1
    } while radiusIndex < outcomes.count && sharesRadii && isFirmlyFooled(at: radiusIndex)
    return radiusIndex < outcomes.count
  }

  // MARK: What was found

  /// The margin of the example kept at a radius; nil if there is none.
  func margin(at index: Int) -> Double? { outcomes[index].example?.margin }

  /// Whether the example kept at a radius is past the band in which kernels may disagree.
  func isFirmlyFooled(at index: Int) -> Bool { (margin(at: index) ?? 0) >= Example.marginBand }

  /// Keeps an example that was tested again.
  mutating func keep(_ example: Example, at index: Int) {
    outcomes[index].example = example
    outcomes[index].success = example.margin > 0
    guard sharesRadii, example.margin > 0 else { return }
    for larger in outcomes.indices where larger > index {
      guard example.margin > margin(at: larger) ?? 0 else { continue }
      outcomes[larger].success = true
      outcomes[larger].example = example
    }
  }
}

extension Noise {
  /// The noise of the samples in a batch, as far as each has been drawn from.
  init(_ slots: [Slot]) {
    self.init(
      slots.map(\.generator), runs: slots.map(\.run), restarts: slots.map(\.restart))
  }
}
