import HoldfastCore
import HoldfastTensor

/// When a sample may leave an attack.
public enum StopRule: String, Sendable, Hashable, Codable {
  /// At its first verified success, which then holds at every larger radius. For verdicts.
  case firstSuccess
  /// After the whole budget at every radius, with the input of highest loss. For inputs that are
  /// shown to another model, which must not sit on the boundary of this one.
  case fullBudget
}

/// What the host knows about the sample in one row of the batch.
struct Slot {
  let job: AttackJob
  var radiusIndex = 0
  var restart = 0
  var step = 0
  var outcomes: [RadiusOutcome]
  /// The loss of the example kept so far at this radius, where a full budget is spent.
  var keptLoss = -Double.infinity

  init(_ job: AttackJob) {
    self.job = job
    outcomes = job.radii.map { RadiusOutcome(radius: $0, success: false) }
  }

  var radius: Radius { job.radii[radiusIndex] }

  /// The generator of the run that is under way.
  func generator(seed: UInt64, recipe: String) -> Generator {
    Generator(seed: seed, stream: job.id).split("\(recipe)/\(radius.value)", restart)
  }

  /// Counts a pass over this sample.
  mutating func count(backward: Bool) {
    outcomes[radiusIndex].cost.forward += 1
    if backward { outcomes[radiusIndex].cost.backward += 1 }
  }

  /// Counts time.
  mutating func count(seconds: Duration) {
    outcomes[radiusIndex].cost.seconds += seconds / .seconds(1)
  }

  /// Keeps an example that was tested again.
  mutating func keep(_ example: Example) {
    outcomes[radiusIndex].example = example
    outcomes[radiusIndex].success = example.margin > 0
  }

  /// The success at this radius holds at all larger ones.
  private mutating func shareWithLargerRadii() {
    for index in outcomes.indices where index > radiusIndex {
      outcomes[index].success = outcomes[radiusIndex].success
      outcomes[index].example = outcomes[radiusIndex].example
    }
  }

  /// Goes on to the next run: another restart, or the next radius; false where none is left.
  ///
  /// A success inside the margin band is kept, and the attack goes on for a firmer one.
  mutating func advance(restarts: Int, stop: StopRule) -> Bool {
    step = 0
    if stop == .firstSuccess, let example = outcomes[radiusIndex].example, example.margin > 0 {
      shareWithLargerRadii()
      guard example.isInMarginBand else { return false }
    }
    if restart + 1 < restarts {
      restart += 1
    } else {
      restart = 0
      radiusIndex += 1
      keptLoss = -.infinity
    }
    return radiusIndex < outcomes.count
  }
}
