import Foundation
public import HoldfastMedia

/// A sample that is ready for the model.
public struct PreparedSample: Sendable {
  /// The id in its data set.
  public let id: String
  /// The class, as an index.
  public let label: Int
  /// The input in its legal range, before normalisation.
  public let input: PreparedInput

  /// A sample of the given parts.
  public init(id: String, label: Int, input: PreparedInput) {
    self.id = id
    self.label = label
    self.input = input
  }
}

/// Reads, decodes and prepares samples on a thread of its own, a few ahead of whoever takes them.
///
/// However long the data set, at most `capacity` samples are held, and one more is being prepared.
/// The thread ends with the last sample, with an error, or when nobody holds the prefetcher.
public final class Prefetcher: Sendable {
  private let queue: PreparedQueue

  /// Starts to prepare the samples of `set`, passing over those that `skip` names.
  ///
  /// - Parameter limit: how many samples of the set are visited, those passed over included.
  public init(
    _ set: any DataSet, preparation: any Preparation, capacity: Int = 64, limit: Int? = nil,
    skip: @escaping @Sendable (String) -> Bool = { _ in false }
  ) {
    let queue = PreparedQueue(capacity: capacity)
    self.queue = queue
    let thread = Thread {
      do {
        var cursor = try set.makeCursor()
        var visited = 0
        while visited < limit ?? .max, let item = try cursor.next() {
          visited += 1
          if skip(item.id) { continue }
          guard queue.offer(try Self.prepare(item, preparation)) else { return }
        }
        queue.close(nil)
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

  /// Stops reading ahead, and lets go of what was read.
  public func cancel() { queue.cancel() }

  /// Decodes one sample and brings it to the shape that the model takes.
  public static func prepare(
    _ item: DataItem, _ preparation: any Preparation
  ) throws -> PreparedSample {
    PreparedSample(
      id: item.id, label: item.label, input: try preparation.prepare(item.source()))
  }
}

/// Samples between the thread that makes them and the one that takes them.
private final class PreparedQueue: @unchecked Sendable {
  // All state below is touched only while `condition` is held.
  private let condition = NSCondition()
  private let capacity: Int
  private var ready: [PreparedSample] = []
  private var failure: (any Error)?
  private var isClosed = false

  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// Adds a sample once there is room; false where nobody wants more.
  func offer(_ sample: PreparedSample) -> Bool {
    locked {
      while ready.count >= capacity, !isClosed { condition.wait() }
      if !isClosed { ready.append(sample) }
      return !isClosed
    }
  }

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
