import Foundation

/// The places of batches between the threads that decode them and the one that takes the batches.
///
/// Places are handed out in order, of at most `ahead` batches from the next to be taken on.
final class BatchQueue: @unchecked Sendable {
  private struct Batch {
    var places: [DecodedPlace?]
    var missing: Int
  }

  private let order: BatchOrder
  private let shard: Range<Int>
  private let steps: Range<Int>
  private let ahead: Int

  // All state below is touched only while `condition` is held.
  private let condition = NSCondition()
  private var batches: [Int: Batch] = [:]
  /// The step of the batch that is taken next.
  private var taken: Int
  /// The step whose places are handed out, and what is left of it.
  private var opened: Int
  private var tasks: ArraySlice<BatchTask> = []
  private var isCancelled = false

  init(_ order: BatchOrder, _ shard: Range<Int>, steps: Range<Int>, ahead: Int) {
    self.order = order
    self.shard = shard
    self.steps = steps
    self.ahead = max(1, ahead)
    taken = steps.lowerBound
    opened = steps.lowerBound - 1
  }

  /// The next place to decode, waiting until there is room for its batch; nil when there is none.
  func task() -> BatchTask? {
    locked {
      while true {
        if isCancelled { return nil }
        if let task = tasks.popFirst() { return task }
        guard opened + 1 < steps.upperBound else { return nil }
        if opened + 1 < taken + ahead { open(opened + 1) } else { condition.wait() }
      }
    }
  }

  /// Hands in what became of a place.
  func finish(_ task: BatchTask, _ decoded: DecodedPlace) {
    locked {
      batches[task.step]?.places[task.place - shard.lowerBound] = decoded
      batches[task.step]?.missing -= 1
    }
  }

  /// The places of the next batch, waiting for them if need be; nil after the last, and once cancelled.
  func take() -> [DecodedPlace]? {
    locked {
      while true {
        if isCancelled || taken >= steps.upperBound { return nil }
        if let batch = batches[taken], batch.missing == 0 {
          batches[taken] = nil
          taken += 1
          return batch.places.compactMap(\.self)
        }
        condition.wait()
      }
    }
  }

  func cancel() {
    locked {
      isCancelled = true
      batches = [:]
      tasks = []
    }
  }

  private func open(_ step: Int) {
    let indices = order.indices(at: step)
    tasks = shard.map { BatchTask(step: step, place: $0, index: indices[$0]) }[...]
    batches[step] = Batch(
      places: [DecodedPlace?](repeating: nil, count: shard.count), missing: shard.count)
    opened = step
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return body()
  }
}
