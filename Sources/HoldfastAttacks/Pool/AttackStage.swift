public import HoldfastCore
public import HoldfastTensor

/// A pool, whatever its attack.
public protocol AttackStage: AnyObject {
  /// The attack with its objective.
  var recipe: AttackRecipe { get }
  /// The samples in slots or waiting for one.
  var load: Int { get }
  /// Whether every slot would be taken.
  var isFull: Bool { get }
  /// Adds a sample.
  func submit(_ job: AttackJob)
  /// Takes every sample one step further, and returns those that are done.
  func step() throws(TorchError) -> [AttackOutcome]
}

extension AttackRecipe {
  /// A pool that runs this recipe.
  public func stage(_ settings: PoolSettings) -> any AttackStage {
    func open(_ attack: some Attack) -> any AttackStage {
      Pool(attack: attack, recipe: self, settings: settings)
    }
    return open(attack)
  }

  /// What becomes of each job, in their order.
  public func run(
    on jobs: [AttackJob], _ settings: PoolSettings
  ) throws(TorchError) -> [AttackOutcome] {
    let stage = stage(settings)
    var waiting = jobs[...]
    var outcomes: [String: AttackOutcome] = [:]
    while !waiting.isEmpty || stage.load > 0 {
      while !stage.isFull, let job = waiting.popFirst() { stage.submit(job) }
      for outcome in try stage.step() { outcomes[outcome.job.id] = outcome }
    }
    return jobs.compactMap { outcomes[$0.id] }
  }
}
