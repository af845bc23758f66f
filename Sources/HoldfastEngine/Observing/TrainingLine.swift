import Foundation
package import HoldfastTraining

/// The line of progress of a training: how far, how well, how fast, how long still.
package struct TrainingLine {
  private let observer: any RunObserver
  private let steps: Int
  private let clock = ContinuousClock()
  private var shown: ContinuousClock.Instant?
  /// Means over about the last fifty steps.
  private var smoothed: (loss: Double, rate: Double)?
  private var left = 0.0

  /// A line for a training of some steps.
  package init(_ observer: any RunObserver, steps: Int) {
    self.observer = observer
    self.steps = steps
  }

  /// Shows what has happened: steps at most five times a second, examinations in lines that stay.
  package mutating func show(_ event: TrainingEvent) {
    switch event {
    case .resumed(let step):
      observer.say("goes on after step \(step) of \(steps)")
    case .stepped(let record, let secondsLeft):
      let (before, share) = (smoothed, 0.02)
      let rate = record.samplesPerSecond
      smoothed = (
        (before?.loss ?? record.loss) * (1 - share) + record.loss * share,
        (before?.rate ?? rate) * (1 - share) + rate * share
      )
      left = secondsLeft
      let now = clock.now
      if let shown, now - shown < .milliseconds(200) { return }
      shown = now
      observer.progress(line(record.step))
    case .examined(let examination, let step):
      observer.progress(nil)
      let counts = examination.counts.map {
        " · \($0.name) " + String(format: "%.1f %%", 100 * $0.value)
      }
      observer.say(line(step) + counts.joined())
    case .saved: break
    }
  }

  /// Clears the line.
  package func end() { observer.progress(nil) }

  private func line(_ step: Int) -> String {
    String(
      format: "step %d/%d · loss %.3f · %.0f samples/s · ", step, steps, smoothed?.loss ?? 0,
      smoothed?.rate ?? 0) + "\(timeSpan(left)) left"
  }
}
