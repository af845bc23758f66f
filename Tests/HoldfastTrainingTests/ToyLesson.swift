import Foundation
import HoldfastLayers
import HoldfastTensor
import HoldfastTraining

/// A small network that learns the sign of a sum; batches and noise are functions of their number.
final class ToyLesson: Lesson {
  /// The samples of a batch.
  static let samples = 12

  let leaves: ParameterStore
  /// The parts of a batch.
  private let parts: Int
  /// Seconds that a batch takes beside the computation.
  private let pause: Double

  init(seed: UInt64 = 0, width: Int = 6, parts: Int = 1, pause: Double = 0) throws {
    var generator = Generator(seed: seed, stream: "weights")
    var store = ParameterStore()
    for (name, shape) in [
      ("in.weight", [4, width]), ("in.bias", [width]), ("out.weight", [width, 1]),
      ("out.bias", [1]),
    ] {
      store[name] = try (generator.normal(shape) * 0.5).leaf()
    }
    leaves = store
    self.parts = parts
    self.pause = pause
  }

  func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
    if pause > 0 { Thread.sleep(forTimeInterval: pause) }
    let (x, y) = try Self.batch("train", batch, Self.samples)
    let size = Self.samples / parts
    for part in 0..<parts {
      let rows = part * size..<(part + 1) * size
      let answer = try Self.answer(x.slice(0, rows), leaves)
      let error = try (answer - y.slice(0, rows)).squared().mean()
      try descend(
        LessonPart(
          [Term("error", error), Term("size", try answer.squared().mean(), weight: 0.01)],
          share: 1 / Double(parts), samples: size, readings: ["inner gain": 2]))
    }
  }

  func examine(_ leaves: ParameterStore) throws -> Examination {
    try withoutGradients {
      let (x, y) = try Self.batch("validation", 0, 64)
      let right = try (Self.answer(x, leaves) * y .> 0).to(.float32).sum().item()
      return Examination([
        .init("clean", right: 64, of: 64), .init("toy", right: Int(right), of: 64),
      ])
    }
  }

  private static func batch(_ split: String, _ number: Int, _ count: Int) throws -> (Tensor, Tensor)
  {
    var generator = Generator(seed: 3, stream: split).split("batch", number)
    let x = try generator.normal([count, 4])
    return (x, try x.sum([1], keepAxes: true).sign())
  }

  private static func answer(_ x: Tensor, _ leaves: ParameterStore) throws -> Tensor {
    func leaf(_ name: String) throws -> Tensor {
      guard let leaf = leaves[name] else { throw CocoaError(.coderValueNotFound) }
      return leaf
    }
    let hidden = try (x.matmul(leaf("in.weight")) + leaf("in.bias")).tanh()
    return try hidden.matmul(leaf("out.weight")) + leaf("out.bias")
  }
}

/// A lesson whose gradients are given: the loss of step t is Σ gradient · leaf.
struct GivenGradients: Lesson {
  let leaves: ParameterStore
  /// One store for each step, by the leaves' names.
  let gradients: [ParameterStore]
  /// The scores of the states that are examined, in turn.
  var scores: [Int] = []
  private let place = Counter()

  private final class Counter { var value = 0 }

  init(_ leaves: ParameterStore, _ gradients: [ParameterStore], scores: [Int] = []) throws {
    self.leaves = try leaves.trainable()
    self.gradients = gradients
    self.scores = scores
  }

  func learn(_ batch: Int, _ descend: (LessonPart) throws -> Void) throws {
    let terms = try leaves.names.compactMap { name in
      try leaves[name].flatMap { leaf in
        try gradients[batch][name].map { Term(name, try (leaf * $0).sum()) }
      }
    }
    try descend(LessonPart(terms, samples: 1))
  }

  func examine(_ leaves: ParameterStore) throws -> Examination {
    defer { place.value += 1 }
    return Examination([.init("given", right: scores[place.value], of: 10)])
  }
}

extension ParameterStore {
  /// All bytes by name, to compare states to the bit.
  func bits() throws -> [String: [UInt8]] {
    var bits: [String: [UInt8]] = [:]
    for name in names { bits[name] = try self[name]?.detached().bytes() }
    return bits
  }
}
