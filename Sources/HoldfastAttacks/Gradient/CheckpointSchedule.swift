/// When APGD looks back: windows that shrink from 22 % of the steps, by 3 % each, to 6 %.
///
/// Croce and Hein, 2020, section 4; in whole steps as the reference counts them (specs: attacks,
/// section 1.1).
public struct CheckpointSchedule: Hashable, Sendable {
  /// The counts of steps after which a checkpoint falls, ascending.
  public let checkpoints: [Int]
  private let windows: [Int: Int]

  /// The schedule of a run of `steps` steps.
  public init(steps: Int) {
    let shortest = max(steps * 6 / 100, 1)
    let shrink = max(steps * 3 / 100, 1)
    var window = max(steps * 22 / 100, 1)
    var checkpoints: [Int] = []
    var windows: [Int: Int] = [:]
    var next = window
    while next <= steps {
      checkpoints.append(next)
      windows[next] = window
      window = max(window - shrink, shortest)
      next += window
    }
    self.checkpoints = checkpoints
    self.windows = windows
  }

  /// The length of the window that ends after `step` steps; 0 if none does.
  public func window(endingAt step: Int) -> Int { windows[step] ?? 0 }
}
