import HoldfastMedia
import HoldfastTensor
import Synchronization

/// One place of a batch, to be decoded.
struct BatchTask: Sendable {
  let step: Int
  /// The place in the batch of all processes.
  let place: Int
  /// The sample that the order asks for.
  let index: Int
}

/// What became of a place of a batch.
struct DecodedPlace: Sendable {
  let sample: Result<PreparedSample, any Error>
  /// The samples whose files are damaged, in the order in which they were tried.
  let damaged: [SkippedSample]
}

/// Decodes the sample of a place or, when its file is damaged, the one that stands in for it.
final class BatchDecoder: Sendable {
  private let set: any IndexedSet
  private let preparation: any Preparation
  private let augmentation: Augmentation
  private let seed: UInt64
  private let replaces: Bool
  /// What is known to be damaged, so that it is not decoded again.
  private let known = Mutex<[Int: any Error]>([:])

  /// A decoder of the samples of a set.
  ///
  /// - Parameter replaces: whether another sample stands in for a damaged one.
  init(
    set: any IndexedSet, preparation: any Preparation, augmentation: Augmentation, seed: UInt64,
    replaces: Bool
  ) {
    self.set = set
    self.preparation = preparation
    self.augmentation = augmentation
    self.seed = seed
    self.replaces = replaces
  }

  /// Decodes a place; the result depends on the task and the data alone.
  func decode(_ task: BatchTask) -> DecodedPlace {
    var draws = Generator(seed: seed, stream: "replacements")
      .split("step \(task.step)", task.place)
    var index = task.index
    var damaged: [SkippedSample] = []
    while true {
      do {
        let sample = try sample(index, at: task.step)
        return DecodedPlace(sample: .success(sample), damaged: damaged)
      } catch {
        guard replaces, isDamage(error), damaged.count < Self.attempts else {
          return DecodedPlace(sample: .failure(error), damaged: damaged)
        }
        damaged.append(SkippedSample(id: set.id(at: index), reason: sentence(of: error)))
      }
      index = draws.integer(below: set.count)
    }
  }

  /// The samples that are tried at one place; where all of them are damaged, too many are.
  private static let attempts = 64

  private func sample(_ index: Int, at step: Int) throws -> PreparedSample {
    if let error = known.withLock({ $0[index] }) { throw error }
    do {
      return try read(index, at: step)
    } catch {
      if isDamage(error) { known.withLock { $0[index] = error } }
      throw error
    }
  }

  private func read(_ index: Int, at step: Int) throws -> PreparedSample {
    let item = try set.item(at: index)
    do {
      let input = try augmentation.prepare(
        item.source(), by: preparation, at: step, id: item.id, seed: seed)
      return PreparedSample(id: item.id, label: item.label, input: input)
    } catch {
      throw try item.reason(for: error)
    }
  }
}
