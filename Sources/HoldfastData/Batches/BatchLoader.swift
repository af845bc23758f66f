import Foundation
public import HoldfastCore
import HoldfastFormats
public import HoldfastMedia

/// Decodes the batches of a training ahead, on threads, and gives them in order.
///
/// What a batch holds is a function of the data, the order and the step: neither the number of threads nor
/// the first step has a part in it. A file that is damaged is named once, and wherever the order asks
/// for it another sample stands in, which the seed, the step and the place in the batch choose.
///
/// At most `ahead` batches are held. The threads end with the last step, with an error, or when nobody
/// holds the loader. One thread takes the batches.
public final class BatchLoader {
  private let source: any DataSet
  private let size: Int
  private let queue: BatchQueue
  private let isStrict: Bool
  private var failure: (any Error)?
  private var read = 0

  /// The samples so far whose files are damaged, in the order in which they were met.
  public private(set) var skipped: [SkippedSample] = []
  /// How often another sample stood in for a damaged one so far.
  public private(set) var replacements = 0
  /// The step of the batch that comes next.
  public private(set) var step: Int

  /// Starts to decode the batches of `steps`.
  ///
  /// - Parameters:
  ///   - order: which samples a step takes; of as many as `set` has.
  ///   - shard: the part of each batch that is decoded, nil for all of it.
  ///   - threads: how many decode; nil for one a core, at most 4.
  ///   - ahead: how many batches are held at most, in the making or ready.
  ///   - isStrict: whether a damaged file is thrown. Else the run ends when more than 32 files are damaged,
  ///     or half of a smaller set, and more than a tenth of the samples so far. A failure of the system
  ///     is always thrown.
  /// - Throws: `UsageError` for an augmentation that the inputs do not have.
  public init(
    _ set: any IndexedSet, preparation: any Preparation, order: BatchOrder, steps: Range<Int>,
    shard: Range<Int>? = nil, augmentation: Augmentation = .none, threads: Int? = nil,
    ahead: Int = 2, isStrict: Bool = false
  ) throws(UsageError) {
    precondition(order.count == set.count, "the order is that of another set")
    try augmentation.check(preparation)
    source = set.source
    size = set.count
    step = steps.lowerBound
    self.isStrict = isStrict
    let queue = BatchQueue(order, shard ?? 0..<order.batchSize, steps: steps, ahead: ahead)
    self.queue = queue
    let decoder = BatchDecoder(
      set: set, preparation: preparation, augmentation: augmentation, seed: order.seed,
      replaces: !isStrict)
    let count = threads ?? min(ProcessInfo.processInfo.activeProcessorCount, 4)
    for number in 0..<max(1, count) {
      let thread = Thread {
        while let task = queue.task() { queue.finish(task, decoder.decode(task)) }
      }
      thread.name = "holdfast.batch-\(number)"
      thread.start()
    }
  }

  deinit { queue.cancel() }

  /// The samples of the next step, waiting for them if need be; nil after the last step, and once
  /// cancelled.
  ///
  /// - Throws: what reading or decoding threw, after the batches before it were taken; ``DataError`` when
  ///   too many files are damaged. The error stays.
  public func next() throws -> [PreparedSample]? {
    if let failure { throw failure }
    guard let places = queue.take() else { return nil }
    do {
      let samples = try places.map(sample)
      step += 1
      return samples
    } catch {
      failure = error
      queue.cancel()
      throw error
    }
  }

  /// Stops decoding, and lets go of what was decoded.
  public func cancel() { queue.cancel() }

  /// The sample at a place of a batch, after what is damaged was counted.
  private func sample(_ decoded: DecodedPlace) throws -> PreparedSample {
    for damaged in decoded.damaged where !skipped.contains(where: { $0.id == damaged.id }) {
      skipped.append(damaged)
      read += 1
      guard skipped.count > max(min(32, size / 2), read / 10) else { continue }
      throw DataError(
        "has \(skipped.count) damaged files among the first \(read) that were read, such as "
          + "\(skipped[0].id): \(skipped[0].reason)", in: source.path,
        hint: "repair them, or take them out")
    }
    if !decoded.damaged.isEmpty { replacements += 1 }
    read += 1
    return try decoded.sample.get()
  }
}
