public import HoldfastCore
import HoldfastTensor
import Synchronization

/// Which samples a step of training takes: a function of the seed and the step.
///
/// An epoch visits each sample once, in an order of its own. Batches flow from one epoch into the next,
/// so that all are of one size. Eight bytes a sample are held.
public struct BatchOrder: Sendable {
  /// The samples of the set.
  public let count: Int
  /// The samples of a batch, those of all processes together.
  public let batchSize: Int
  /// The seed of the orders.
  public let seed: UInt64
  private let epochs: EpochOrders

  /// Batches of `batchSize` out of `count` samples.
  ///
  /// - Throws: `UsageError` for a batch that is empty, or larger than the set.
  public init(count: Int, batchSize: Int, seed: UInt64) throws(UsageError) {
    guard batchSize > 0 else {
      throw UsageError("a batch of \(batchSize) samples is empty", hint: "ask for at least 1")
    }
    guard batchSize <= count else {
      throw UsageError(
        count == 0
          ? "there are no samples to learn from"
          : "a batch of \(batchSize) samples is larger than the data, which have \(count)",
        hint: count == 0 ? "give other data" : "ask for at most \(count)")
    }
    self.count = count
    self.batchSize = batchSize
    self.seed = seed
    epochs = EpochOrders(count: count, seed: seed)
  }

  /// The places of a step's samples in the set; steps count from 0.
  public func indices(at step: Int) -> [Int] {
    var rest = step * batchSize..<(step + 1) * batchSize
    var indices: [Int] = []
    while !rest.isEmpty {
      let (epoch, begin) = rest.lowerBound.quotientAndRemainder(dividingBy: count)
      let taken = min(rest.count, count - begin)
      indices += epochs.order(of: epoch)[begin..<begin + taken]
      rest = rest.dropFirst(taken)
    }
    return indices
  }

  /// The steps that visit each sample at least `epochs` times.
  public func steps(for epochs: Int) -> Int { (epochs * count + batchSize - 1) / batchSize }

  /// The part of each batch that process `rank` of `processes` computes: neighbours in the batch.
  ///
  /// - Throws: `UsageError` for a batch of fewer samples than there are processes.
  public func shard(rank: Int, of processes: Int) throws(UsageError) -> Range<Int> {
    precondition((0..<processes).contains(rank), "there is no process \(rank) of \(processes)")
    guard processes <= batchSize else {
      throw UsageError(
        "a batch of \(batchSize) samples is too small for \(processes) processes",
        hint: "ask for at least \(processes) samples, or start fewer processes")
    }
    return batchSize * rank / processes..<batchSize * (rank + 1) / processes
  }
}

/// The order of each epoch; the last that was asked for is kept.
private final class EpochOrders: Sendable {
  private let count: Int
  private let seed: UInt64
  private let kept = Mutex<(epoch: Int, order: [Int])>((-1, []))

  init(count: Int, seed: UInt64) {
    self.count = count
    self.seed = seed
  }

  func order(of epoch: Int) -> [Int] {
    kept.withLock { kept in
      if kept.epoch != epoch {
        var generator = Generator(seed: seed, stream: "batches").split("epoch", epoch)
        kept = (epoch, generator.permutation(count))
      }
      return kept.order
    }
  }
}
