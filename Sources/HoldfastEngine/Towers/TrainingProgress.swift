import Foundation
import HoldfastRecords

/// The line of progress of a training: how far, how well, how fast, how long still.
struct TrainingProgress {
  private let observer: any RunObserver
  private let steps: Int
  private let batchSize: Int
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?
  private var smoothed: Double?

  init(_ observer: any RunObserver, _ plan: LearningPlan) {
    self.observer = observer
    steps = plan.steps
    batchSize = plan.batchSize
    began = clock.now
  }

  /// Shows the state after a step, at most five times a second.
  mutating func update(step: Int, loss: Double) {
    smoothed = (smoothed ?? loss) * 0.98 + loss * 0.02
    let now = clock.now
    if let shown, now - shown < .milliseconds(200) { return }
    shown = now
    observer.progress(line(step))
  }

  /// Prints a line that stays, with the accuracy on the validation samples.
  func report(_ validation: ProportionRecord, step: Int) {
    observer.progress(nil)
    observer.say(line(step) + String(format: " · validation %.1f %%", 100 * validation.value))
  }

  /// Clears the progress line.
  func end() { observer.progress(nil) }

  private func line(_ step: Int) -> String {
    let seconds = max((clock.now - began) / .seconds(1), 1e-9)
    let left = seconds / Double(step) * Double(steps - step)
    return String(
      format: "step %d/%d · loss %.3f · %.0f samples/s · ", step, steps, smoothed ?? 0,
      Double(step * batchSize) / seconds) + "\(timeSpan(left)) left"
  }
}
