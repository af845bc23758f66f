import Foundation
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Logits, losses, and what counts as success")
struct SubjectTests {
  func prediction(_ logits: [Float], classes: Int) throws -> Prediction {
    let z = try Tensor(logits, [logits.count / classes, classes])
    return Prediction(embedding: z, logits: z)
  }

  func truth(_ labels: [Int]) throws -> Truth {
    Truth(labels: try Tensor(labels), cleanEmbedding: try .ones([labels.count, 1]))
  }

  @Test func headIsAScaledCosine() throws {
    let head = Head(anchors: try Tensor([1, 0, 0, 1] as [Float], [2, 2]), scale: 100)
    #expect(head.classCount == 2)
    let logits = try head.logits(Tensor([3, 4, -30, 40] as [Float], [2, 2]))
    try expectClose(logits, Tensor([60, 80, -60, 80] as [Float], [2, 2]), atol: 1e-4)
    let half = try head.logits(Tensor([3, 4] as [Float], [1, 2]).to(.float16))
    #expect(half.dtype == .float32)
  }

  @Test func theNearestAnchorOfAClassCounts() throws {
    // Two classes of three anchors in a plane, the last of the second repeated.
    let rows: [Float] = [1, 0, 0.6, 0.8, 0, 1, -1, 0, 0, -1, 0, -1]
    let anchors = try Tensor(rows, [2, 3, 2]).permuted([2, 0, 1])  // (D, K, A)
    let head = try Head(nearestOf: anchors, scale: 10)
    #expect(head.classCount == 2 && head.anchorsPerClass == 3)
    #expect(head.anchors?.shape == [2, 6])
    let logits = try head.logits(Tensor([3, 4, -4, -3, 0, 2] as [Float], [3, 2]))
    try expectClose(
      logits, Tensor([10, -6, -6, 8, 10, 0] as [Float], [3, 2]), atol: 1e-5)
    #expect(try head.logits(.zeros([0, 2])).shape == [0, 2])
    // One anchor for each class is the plain head.
    let one = try Head(nearestOf: anchors.slice(2, 0..<1), scale: 10)
    let plain = Head(anchors: try anchors.select(2, 0), scale: 10)
    let embedding = try Tensor([1, 2] as [Float], [1, 2])
    try expectClose(one.logits(embedding), plain.logits(embedding), atol: 0)
    #expect(throws: TorchError.self) { try Head(nearestOf: .ones([2, 2]), scale: 1) }
    #expect(throws: TorchError.self) { try Head(nearestOf: .ones([2, 2, 0]), scale: 1) }
  }

  @Test func theGradientComesFromTheNearestAnchor() throws {
    let anchors = try Tensor([1, 0, 0.6, 0.8, -1, 0, 0, -1] as [Float], [2, 2, 2])
      .permuted([2, 0, 1])
    let leaf = try Tensor([3, 4] as [Float], [1, 2]).leaf()
    let ours = try Head(nearestOf: anchors, scale: 10).logits(leaf)
    let slope = try gradient(of: ours.sum(), withRespectTo: leaf)
    let chosen = try Tensor([0.6, 0.8, -1, 0] as [Float], [2, 2]).transposed(0, 1)
    let other = try Tensor([3, 4] as [Float], [1, 2]).leaf()
    let theirs = try Head(anchors: chosen, scale: 10).logits(other)
    try expectClose(ours, theirs, atol: 1e-6)
    try expectClose(slope, gradient(of: theirs.sum(), withRespectTo: other), atol: 1e-6)
  }

  @Test func misclassificationIsTheMarginOfTheBestOther() throws {
    let found = try Misclassification().margin(
      prediction([1, 3, 2, 5, 1, 5, -7, -2, -9], classes: 3), truth([1, 0, 0]))
    #expect(try found.array(of: Float.self) == [-1, 0, 5])
    let two = try Misclassification().margin(prediction([1, 3], classes: 2), truth([0]))
    #expect(try two.item() == 2)
    let huge = try Misclassification().margin(
      prediction([-3e38, -3.2e38], classes: 2), truth([0]))
    #expect(try huge.item() < 0)
  }

  @Test func crossEntropy() throws {
    let found = try CrossEntropy().loss(
      prediction([1, 2, 0, 900, 0, 0], classes: 3), truth([0, 0]))
    let known = log(exp(1.0) + exp(2) + 1) - 1
    #expect(try abs(found.select(0, 0).item() - known) < 1e-6)
    #expect(try found.select(0, 1).item() == 0)
  }

  @Test func embeddingDistance() throws {
    let clean = try Tensor([1, 0, 0, 2] as [Float], [2, 2])
    let moved = try Tensor([0, 5, 0, 7] as [Float], [2, 2])
    let loss = try EmbeddingDistance().loss(
      Prediction(embedding: moved, logits: nil),
      Truth(labels: Tensor([0, 0]), cleanEmbedding: clean))
    #expect(try loss.array(of: Float.self) == [2, 0])
    // At the clean input the gradient is 0, and a number.
    let leaf = try clean.leaf()
    let there = try EmbeddingDistance().loss(
      Prediction(embedding: leaf, logits: nil),
      Truth(labels: Tensor([0, 0]), cleanEmbedding: clean))
    #expect(try gradient(of: there.sum(), withRespectTo: leaf).absolute().max().item() == 0)
  }

  @Test func logitsAreNeeded() throws {
    let bare = Prediction(embedding: try .ones([1, 2]), logits: nil)
    #expect(throws: TorchError.self) { try CrossEntropy().loss(bare, truth([0])) }
    #expect(throws: TorchError.self) { try Misclassification().margin(bare, truth([0])) }
  }

  @Test func noiseIsPerRow() throws {
    let x = try Tensor.zeros([3, 2, 2])
    let generators = (0..<3).map { Generator(seed: 1, stream: UInt64($0)) }
    var all = Noise(generators)
    let (uniform, normal) = (try all.uniform(like: x), try all.normal(like: x))
    for row in 0..<3 {
      var one = Noise([generators[row]])
      #expect(try one.uniform(like: x.slice(0, 0..<1)).bytes() == uniform.select(0, row).bytes())
      #expect(try one.normal(like: x.slice(0, 0..<1)).bytes() == normal.select(0, row).bytes())
    }
  }
}

@Suite("Named sites")
struct SitesTests {
  @Test func aSiteReadsReplacesOrSkips() throws {
    let one = try Tensor.ones([1])
    var computed = 0
    func compute() throws(TorchError) -> Tensor {
      computed += 1
      return one
    }
    #expect(try Sites.none.value(at: .mlp(0), compute).item() == 1)
    #expect(Sites.none.isEmpty && computed == 1)
    let sites = Sites([
      .attention(1): { (run) throws(TorchError) in try run() + 1 },
      .residual(0): { (_) throws(TorchError) in one },
    ])
    #expect(try sites.value(at: .attention(1), compute).item() == 2)
    #expect(try sites.value(at: .attention(0), compute).item() == 1)
    #expect(computed == 3)
    #expect(try sites.value(at: .residual(0), compute).item() == 1)
    #expect(computed == 3, "a site that does not ask for the value must not cost it")
    #expect(sites.occupied { $0 == .residual(0) } && !sites.occupied { $0 == .patchEmbedding })
  }
}
