/// The settings of the masking checks.
public struct CheckSettings: Codable, Hashable, Sendable {
  /// The samples that are looked at: the first of the data set.
  public var samples = 100
  /// The queries of the attack that sees scores alone.
  public var queries = 5000
  /// How many times the steps of the attack the long run takes.
  public var stepFactor = 10
  /// The draws of random noise that each sample meets.
  public var draws = 10
  /// The radius that leaves nothing standing, as a share of the legal range: 64/255.
  public var widest = 64.0 / 255
  /// The chance below which a check fails.
  public var level = 0.01
  /// The difference, as a share of the samples, below which none fails.
  public var tolerance = 0.01
  /// The share of samples that an attack must gain before it is compared with noise.
  public var leastGain = 0.05

  /// The settings of the masking checklist (specs: defences, section 0.5).
  public init() {}
}
