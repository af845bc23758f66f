public import HoldfastCore
import HoldfastTensor

/// The settings of a pool, apart from the attack's own hyper-parameters.
public struct PoolSettings {
  /// The model under attack, in float32: every success is tested on it.
  public var subject: Subject
  /// The model whose gradients the search follows: the attacked one in a cheaper precision, or a
  /// substitute whose gradient says more.
  ///
  /// Nil when it is the subject.
  public var search: Subject?
  /// What counts as success.
  public var criterion: any Criterion
  /// How perturbations are measured.
  public var norm: Norm
  /// When a sample may leave.
  public var stop: StopRule
  /// Whether the radii of a sample share successes.
  public var budgets: Budgets
  /// The most samples that share a batch.
  public var slots: Int
  /// The seed of all noise.
  public var seed: UInt64
  /// After how many steps the host looks whether a sample is done.
  ///
  /// 1 on a CPU, as looking is free there. On a GPU each look waits for the device, which costs
  /// more than a few further steps of a fooled sample.
  public var stride: Int

  /// Settings for a verdict about `subject`.
  public init(
    subject: Subject, search: Subject? = nil, criterion: any Criterion = Misclassification(),
    norm: Norm = .linf, stop: StopRule = .firstSuccess, budgets: Budgets = .nested,
    slots: Int = 32, seed: UInt64 = 0
  ) {
    self.subject = subject
    self.search = search
    self.criterion = criterion
    self.norm = norm
    self.stop = stop
    self.budgets = budgets
    self.slots = max(1, slots)
    self.seed = seed
    stride = subject.encoder.device == .cpu ? 1 : 8
  }
  /// Whether a success at a radius counts at the larger ones.
  ///
  /// It does not if radii are attacked independently, nor if each is to show the best input that a
  /// whole budget finds.
  var sharesRadii: Bool { stop == .firstSuccess && budgets == .nested }
}
