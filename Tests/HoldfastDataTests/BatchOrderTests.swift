import HoldfastCore
import HoldfastData
import Testing

@Suite("The order of batches")
struct BatchOrderTests {
  @Test(
    "visits each sample once an epoch, and flows over its end",
    arguments: [(10, 3), (7, 7), (100, 64), (5, 1), (1, 1)])
  func epochs(count: Int, batchSize: Int) throws {
    let order = try BatchOrder(count: count, batchSize: batchSize, seed: 3)
    let batches = (0..<4 * count).map(order.indices(at:))
    #expect(batches.allSatisfy { $0.count == batchSize })
    let visits = batches.flatMap(\.self)
    var epochs: Set<[Int]> = []
    for epoch in 0..<4 {
      let visit = Array(visits[epoch * count..<(epoch + 1) * count])
      #expect(visit.sorted() == Array(0..<count))
      epochs.insert(visit)
    }
    #expect(epochs.count > 1 || count == 1)
    let steps = order.steps(for: 3)
    #expect(steps * batchSize >= 3 * count && (steps - 1) * batchSize < 3 * count)
  }

  @Test("is a function of the seed and the step")
  func function() throws {
    let order = try BatchOrder(count: 50, batchSize: 8, seed: 1)
    let batches = (0..<40).map(order.indices(at:))
    for step in [39, 0, 17, 6, 7, 6, 31] {
      #expect(order.indices(at: step) == batches[step])
      let fresh = try BatchOrder(count: 50, batchSize: 8, seed: 1)
      #expect(fresh.indices(at: step) == batches[step])
    }
    #expect(try BatchOrder(count: 50, batchSize: 8, seed: 2).indices(at: 0) != batches[0])
  }

  @Test("puts every sample at every place of an epoch equally often")
  func uniform() throws {
    var counts = [[Int]](repeating: [0, 0, 0, 0], count: 4)
    let order = try BatchOrder(count: 4, batchSize: 4, seed: 9)
    for step in 0..<4000 {
      for (place, index) in order.indices(at: step).enumerated() { counts[place][index] += 1 }
    }
    // 1,000 expected, with a standard deviation of 27.
    #expect(counts.joined().allSatisfy { (860...1140).contains($0) }, "\(counts)")
  }

  @Test("gives each process neighbours in the batch, together all of it", arguments: [1, 2, 3, 7])
  func shards(processes: Int) throws {
    let order = try BatchOrder(count: 20, batchSize: 7, seed: 0)
    let shards = try (0..<processes).map { try order.shard(rank: $0, of: processes) }
    #expect(shards.flatMap { Array($0) } == Array(0..<7))
    #expect(shards.allSatisfy { (7 / processes...7 / processes + 1).contains($0.count) })
  }

  @Test("refuses what it cannot give, before anything starts")
  func refusals() throws {
    let large = words { try BatchOrder(count: 40, batchSize: 64, seed: 0) }
    #expect(large.contains("a batch of 64 samples is larger than the data, which have 40"))
    #expect(large.contains("hint: ask for at most 40"))
    #expect(words { try BatchOrder(count: 4, batchSize: 0, seed: 0) }.contains("is empty"))
    #expect(words { try BatchOrder(count: 0, batchSize: 1, seed: 0) }.contains("no samples"))
    let order = try BatchOrder(count: 4, batchSize: 2, seed: 0)
    let few = words { try order.shard(rank: 0, of: 3) }
    #expect(few.contains("too small for 3 processes") && few.contains("hint: "))
  }
}
