import Foundation
import Holdfast

/// The line of progress of an audit: how far, how fast, how long still, and how robust the first samples of
/// the data are, up to the first that is not finished.
struct AuditProgress {
  private let console: Console
  private let title: String
  private let total: Int?
  private let radii: [String]
  private let before: Int
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var shown: ContinuousClock.Instant?

  /// Progress towards `total` samples, of which `before` were done when the session began.
  init(_ console: Console, title: String, total: Int?, radii: [String], before: Int) {
    self.console = console
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
      parts.append("\(Self.spell(Double(total - done) / rate)) left")
    }
    console.progress(parts.joined(separator: " · "))
  }

  /// Clears the line.
  func end() { console.endProgress() }

  static func spell(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return "\(whole / 60) min \(whole % 60) s"
    default: return "\(whole / 3600) h \(whole % 3600 / 60) min"
    }
  }
}
