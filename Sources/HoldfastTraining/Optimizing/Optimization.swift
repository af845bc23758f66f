/// How leaves are moved: the optimiser, the learning rate of each step, decay, clipping, averaging.
///
/// The defaults are the recipe of FARE's README (Schlarmann et al., 2024): AdamW at 1e-5, decay 1e-4
/// of all parameters, a cosine after 7 % of warm-up.
public struct Optimization: Codable, Hashable, Sendable {
  /// An optimiser with its own settings.
  public enum Method: Codable, Hashable, Sendable {
    /// AdamW (Loshchilov and Hutter, 2019): the decay is not part of the gradient.
    case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8)
    /// Stochastic gradient descent: the decay is added to the gradient, and both to the momentum.
    case sgd(momentum: Double = 0)
  }

  /// Which parameters decay.
  public enum Decayed: String, Codable, Hashable, Sendable {
    /// All of them.
    case all
    /// Those of two axes or more; gains and shifts do not.
    case matrices
  }

  /// The optimiser.
  public var method: Method
  /// The highest learning rate.
  public var learningRate: Double
  /// The learning rate after the warm-up.
  public var schedule: Schedule
  /// How long the rate rises, linearly, to the highest.
  public var warmup: Span
  /// The weight decay.
  public var decay: Double
  /// Which parameters decay.
  public var decayed: Decayed
  /// The most that all gradients together may measure (Euclidean norm); nil when they are not clipped.
  public var clip: Double?
  /// The decay of the moving average of the leaves, which is then examined and kept in their place; nil
  /// when there is none.
  public var ema: Double?
  /// The batches of one step, whose gradients are averaged.
  public var accumulate: Int

  /// An optimisation; whatever is left out is as in FARE's recipe.
  public init(
    _ method: Method = .adamW(), learningRate: Double = 1e-5, schedule: Schedule = .cosine,
    warmup: Span = .share(0.07), decay: Double = 1e-4, decayed: Decayed = .all,
    clip: Double? = nil, ema: Double? = nil, accumulate: Int = 1
  ) {
    self.method = method
    self.learningRate = learningRate
    self.schedule = schedule
    self.warmup = warmup
    self.decay = decay
    self.decayed = decayed
    self.clip = clip
    self.ema = ema
    self.accumulate = accumulate
  }
}
