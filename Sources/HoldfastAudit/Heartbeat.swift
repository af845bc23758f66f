import Foundation
import HoldfastTensor

/// Tells the others of a job, on a thread of its own, that this process is alive.
final class Heartbeat: Sendable {
  private let bell = Bell()

  /// Whether the thread is to end, and whether it has.
  private final class Bell: @unchecked Sendable {
    // Both are touched only while `condition` is held.
    private let condition = NSCondition()
    private var isStopped = false
    private var hasEnded = false

    /// Waits for a while; false once the thread is to end.
    func wait(_ seconds: Double) -> Bool {
      condition.withLock {
        if !isStopped { _ = condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
        return !isStopped
      }
    }

    func end() {
      condition.withLock {
        hasEnded = true; condition.broadcast()
      }
    }

    func stop(within seconds: Double) {
      condition.withLock {
        isStopped = true
        condition.broadcast()
        let limit = Date(timeIntervalSinceNow: seconds)
        while !hasEnded, condition.wait(until: limit) {}
      }
    }
  }

  /// Beats under `key` every `interval` until it is stopped.
  init(
    _ environment: RankEnvironment, standing: StoreLink.Box, key: String, interval: Duration
  ) {
    let bell = bell
    let thread = Thread {
      defer { bell.end() }
      // Whether a beat arrives is for the others to see; the next one tries again.
      let link = try? StoreLink(environment, standing: standing, patience: .milliseconds(500))
      repeat {
        _ = try? link?.ask { (store) throws(TorchError) in try store.add(key, 1) }
      } while bell.wait(interval / .seconds(1))
    }
    thread.name = "holdfast.heartbeat"
    thread.start()
  }

  /// Ends the thread that beats.
  func stop() { bell.stop(within: 12) }
}
