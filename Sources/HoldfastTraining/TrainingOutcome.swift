public import HoldfastLayers

/// The state that a training keeps.
public struct TrainingOutcome {
  /// Copies of the leaves, or of their moving average; no gradient can be asked for.
  public let leaves: ParameterStore
  /// The steps that it had been trained for.
  public let step: Int
  /// How it does on the validation samples; nil when it was not examined.
  public let examination: Examination?
}
