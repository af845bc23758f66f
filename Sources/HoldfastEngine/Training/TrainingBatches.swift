import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastMedia
import HoldfastTensor

/// The batches of a training by their numbers, decoded ahead as long as they are asked for in order.
final class TrainingBatches {
  private let set: any IndexedSet
  private let preparation: any Preparation
  private let order: BatchOrder
  private let count: Int
  private let augmentation: Augmentation
  private let isStrict: Bool
  private let input: InputSpec
  private let observer: any RunObserver
  private var loader: BatchLoader?
  private var known = 0
  /// The batch that was asked for last.
  private var last: (number: Int, batch: TrainingBatch)?

  /// Batches of what `set` holds.
  ///
  /// - Parameters:
  ///   - count: how many batches there are.
  ///   - input: the space of the tower.
  init(
    of set: any IndexedSet, preparation: any Preparation, order: BatchOrder, count: Int,
    augmentation: Augmentation, isStrict: Bool, input: InputSpec, observer: any RunObserver
  ) {
    self.set = set
    self.preparation = preparation
    self.order = order
    self.count = count
    self.augmentation = augmentation
    self.isStrict = isStrict
    self.input = input
    self.observer = observer
  }

  /// The batch of a number.
  ///
  /// - Throws: what decoding throws, and `DataError` when too many files are damaged.
  func callAsFunction(_ number: Int) throws -> TrainingBatch {
    if let last, last.number == number { return last.batch }
    let loader = try loader(at: number)
    guard let samples = try loader.next() else {
      throw DataError("has no batch \(number)", in: set.source.path)
    }
    for damaged in loader.skipped.dropFirst(known) {
      observer.say("\(damaged.id) is replaced by another sample: \(damaged.reason)")
    }
    known = loader.skipped.count
    let batch = try TrainingBatch(samples, hasLabels: set.source.hasLabels, input: input)
    last = (number, batch)
    return batch
  }

  private func loader(at number: Int) throws -> BatchLoader {
    if let loader, loader.step == number { return loader }
    loader?.cancel()
    known = 0
    let fresh = try BatchLoader(
      set, preparation: preparation, order: order, steps: number..<max(count, number + 1),
      augmentation: augmentation, isStrict: isStrict)
    loader = fresh
    return fresh
  }
}

extension TrainingBatch {
  /// Prepared samples as a batch.
  init(_ samples: [PreparedSample], hasLabels: Bool, input: InputSpec) throws {
    self.init(
      ids: samples.map(\.id),
      inputs: try .concatenating(samples.map { try $0.tensor(for: input) }),
      labels: hasLabels ? samples.map(\.label) : nil)
  }
}
