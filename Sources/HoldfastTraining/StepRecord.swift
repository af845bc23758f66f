/// What is known of one step: a line of `metrics.jsonl`.
public struct StepRecord: Codable, Hashable, Sendable {
  /// The steps that were made, with this one.
  public let step: Int
  /// The loss that was minimised.
  public let loss: Double
  /// Each term of it, without its factor, by name.
  public let terms: [String: Double]
  /// What else was measured, by name.
  public let readings: [String: Double]
  /// The learning rate.
  public let learningRate: Double
  /// The Euclidean norm of all gradients together, before clipping.
  public let gradientNorm: Double
  /// The samples that were learned from, over all processes.
  public let samples: Int
  /// Samples for each second of the step, without examination and saving.
  public let samplesPerSecond: Double
  /// The most bytes of memory that the process took so far: of the device's, or on the CPU of the machine's.
  public let peakMemory: Int
  /// How the state after the step does on the validation samples; nil when it was not examined.
  public var examination: Examination?
}
