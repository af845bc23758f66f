import Foundation
import HoldfastAudit
import HoldfastRecords
import HoldfastRuns

/// The line of progress of an audit: how far, how fast, how long still, and how robust the first samples of
/// the data are, up to the first that is not finished.
struct AuditProgress {
  private let observer: any RunObserver
  private let title: String
  private let total: Int?
  private let radii: [String]
  private let before: Int
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?

  /// Progress towards `total` samples, of which `before` were done when the session began.
  init(_ observer: any RunObserver, title: String, total: Int?, radii: [String], before: Int) {
    self.observer = observer
    self.title = title
    self.total = total
    self.radii = radii
    self.before = before
    began = clock.now
  }

  /// Shows the state after a sample, at most five times a second.
  ///
  /// - Parameters:
  ///   - done: the samples that are finished.
  ///   - first: the sum of the first of the data; nil says nothing about accuracy.
  mutating func update(_ done: Int, _ first: Tally?) {
    let now = clock.now
    if let shown, now - shown < .milliseconds(200) { return }
    shown = now
    let seconds = (now - began) / .seconds(1)
    let rate = Double(done - before) / max(seconds, 1e-9)
    var parts = ["\(title) \(done)\(total.map { "/\($0)" } ?? "")"]
    parts.append(String(format: "%.1f samples/s", rate))
    if let first {
      parts.append(
        String(format: "of the first %d: clean %.1f %%", first.samples, 100 * first.clean.value))
      for (radius, share) in zip(radii, first.standing) {
        parts.append(String(format: "%@: %.1f %%", radius, 100 * share.value))
      }
    }
    if let total, rate > 0 {
      parts.append("\(timeSpan(Double(total - done) / rate)) left")
    }
    observer.progress(parts.joined(separator: " · "))
  }

  /// Clears the progress line.
  func end() { observer.progress(nil) }
}
