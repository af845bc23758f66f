/// What happens in a training, told as it happens.
public enum TrainingEvent: Sendable {
  /// The training goes on from a saved state, after so many steps.
  case resumed(step: Int)
  /// A step was made.
  case stepped(StepRecord, secondsLeft: Double)
  /// The state after a step was examined.
  case examined(Examination, step: Int)
  /// The state after a step was written to disk.
  case saved(step: Int)
}
