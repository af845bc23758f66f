public import HoldfastCore
public import HoldfastTensor

/// A pool of samples under one attack, whatever the attack.
public protocol AttackPool: AnyObject {
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
  public func pool(_ settings: PoolSettings) -> any AttackPool {
    func open(_ attack: some Attack) -> any AttackPool {
      Pool(attack: attack, recipe: self, settings: settings)
    }
    return open(attack)
  }

  /// Runs the recipe on all jobs, and returns their outcomes in the same order.
  public func run(
    on jobs: [AttackJob], _ settings: PoolSettings
  ) throws(TorchError) -> [AttackOutcome] {
    let pool = pool(settings)
    var waiting = jobs[...]
    var outcomes: [String: AttackOutcome] = [:]
    while !waiting.isEmpty || pool.load > 0 {
      while !pool.isFull, let job = waiting.popFirst() { pool.submit(job) }
      for outcome in try pool.step() { outcomes[outcome.job.id] = outcome }
    }
    return jobs.compactMap { outcomes[$0.id] }
  }
}
