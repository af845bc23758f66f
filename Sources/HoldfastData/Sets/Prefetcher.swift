import Foundation
import HoldfastFormats
public import HoldfastMedia

/// Reads, decodes and prepares samples on a thread of its own, a few ahead of whoever takes them.
///
/// However long the data set, at most `capacity` samples are held, and one more is being prepared.
/// The thread ends with the last sample, with an error, or when nobody holds the prefetcher.
public final class Prefetcher: Sendable {
  private let queue: PreparedQueue

  /// Starts to prepare the samples of `set`, passing over those that `skip` names.
  ///
  /// - Parameters:
  ///   - limit: how many samples of the set are visited, those skipped included.
  ///   - skip: whether a sample is finished; what it throws ends the visit.
  ///   - known: samples whose files were found damaged before, and may be again.
  ///   - stopsAtDamage: whether a damaged file is thrown. Else it is noted in ``skipped``; if the first
  ///     32 files that were not `known` are damaged, or all that were asked for, the first is thrown, as
  ///     then the fault is hardly theirs. A failure of the system is always thrown.
  public init(
    _ set: any DataSet, preparation: any Preparation, capacity: Int = 64, limit: Int? = nil,
    skip: @escaping @Sendable (DataItem) throws -> Bool = { _ in false }, known: Set<String> = [],
    stopsAtDamage: Bool = true
  ) {
    let queue = PreparedQueue(capacity: capacity)
    self.queue = queue
    let thread = Thread {
      do {
        var cursor = try set.makeCursor()
        var visited = 0
        // Of those that are finished or can be decoded.
        var place = 0
        var (isAnyGood, isAnyDone, newDamage) = (false, false, 0)
        var firstDamage: (any Error)?
        while visited < limit ?? .max, let item = try cursor.next() {
          visited += 1
          if try skip(item) {
            isAnyDone = true
            place += 1
            continue
          }
          do {
            var sample = try Self.prepare(item, preparation)
            sample.place = item.place ?? place
            guard queue.offer(sample) else { return }
            isAnyGood = true
            place += 1
          } catch  where !stopsAtDamage && isDamage(error) {
            queue.pass(over: SkippedSample(id: item.id, reason: sentence(of: error)))
            guard !known.contains(item.id) else { continue }
            firstDamage = firstDamage ?? error
            newDamage += 1
            if !isAnyGood, newDamage == 32 { throw firstDamage ?? error }
          }
        }
        queue.close(isAnyGood || isAnyDone ? nil : firstDamage)
      } catch {
        queue.close(error)
      }
    }
    thread.name = "holdfast.prefetch"
    thread.start()
  }

  deinit { queue.cancel() }

  /// The next sample, waiting for it if need be; nil after the last, and once cancelled.
  ///
  /// - Throws: what reading or decoding threw, after the samples before it were taken.
  public func next() throws -> PreparedSample? { try queue.take() }

  /// The samples so far whose files are damaged, in their order.
  public var skipped: [SkippedSample] { queue.skipped }

  /// Stops reading ahead, and lets go of what was read.
  public func cancel() { queue.cancel() }

  /// Decodes one sample and brings it to the shape that the model takes.
  public static func prepare(
    _ item: DataItem, _ preparation: any Preparation
  ) throws -> PreparedSample {
    do {
      return PreparedSample(
        id: item.id, label: item.label, input: try preparation.prepare(item.source()),
        file: try item.checksum())
    } catch {
      throw try item.reason(for: error)
    }
  }
}

/// Samples between the thread that makes them and the one that takes them.
private final class PreparedQueue: @unchecked Sendable {
  // All state below is touched only while `condition` is held.
  private let condition = NSCondition()
  private let capacity: Int
  private var ready: [PreparedSample] = []
  private var failure: (any Error)?
  private var passed: [SkippedSample] = []
  private var isClosed = false

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Adds a sample once there is room; false if no more are wanted.
  func offer(_ sample: PreparedSample) -> Bool {
    locked {
      while ready.count >= capacity, !isClosed { condition.wait() }
      if !isClosed { ready.append(sample) }
      return !isClosed
    }
  }

  /// Notes a sample whose file is damaged.
  func pass(over sample: SkippedSample) { locked { passed.append(sample) } }

  var skipped: [SkippedSample] { locked { passed } }

  func take() throws -> PreparedSample? {
    try locked {
      while ready.isEmpty, !isClosed { condition.wait() }
      if !ready.isEmpty { return ready.removeFirst() }
      if let failure { throw failure }
      return nil
    }
  }

  /// No sample comes after those that are waiting.
  func close(_ error: (any Error)?) {
    locked {
      guard !isClosed else { return }
      failure = error
      isClosed = true
    }
  }

  func cancel() {
    locked {
      isClosed = true
      ready = []
    }
  }

  private func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    condition.lock()
    defer {
      condition.broadcast()
      condition.unlock()
    }
    return try body()
  }
}
