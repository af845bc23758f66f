import Foundation
import HoldfastCore
import HoldfastTensor
import Testing

@Suite("Losses against the unperturbed input")
struct CleanLossTests {
  private func prediction(_ embedding: [Float], _ logits: [Float]) throws -> Prediction {
    Prediction(embedding: try Tensor(embedding, [1, 2]), logits: try Tensor(logits, [1, 2]))
  }

  private func truth(_ embedding: [Float], _ logits: [Float]? = nil) throws -> Truth {
    Truth(
      labels: try Tensor([0]), cleanEmbedding: try Tensor(embedding, [1, 2]),
      cleanLogits: try logits.map { try Tensor($0, [1, 2]) })
  }

  @Test("measure embeddings at the lengths they have")
  func squaredDistance() throws {
    let moved = try prediction([3, 4], [0, 0])
    let loss = try SquaredEmbeddingDistance().loss(moved, truth([0, 2]))
    #expect(try loss.array(of: Float.self) == [13])
    // Three times as long in the same direction: no angle, but a distance.
    let longer = try SquaredEmbeddingDistance().loss(prediction([0, 6], [0, 0]), truth([0, 2]))
    #expect(try longer.array(of: Float.self) == [16])
    #expect(try EmbeddingDistance().loss(prediction([0, 6], [0, 0]), truth([0, 2])).item() == 0)
    #expect(SquaredEmbeddingDistance().isFlatAtCleanInput)
  }

  @Test("diverge from the clean answer, in that direction")
  func divergence() throws {
    // Clean probabilities (3/4, 1/4) and moved ones (1/2, 1/2).
    let clean = [Float(log(3.0)), 0]
    let moved = try prediction([0, 0], [1, 1])
    let loss = try CleanDivergence().loss(moved, truth([0, 0], clean)).item()
    #expect(abs(loss - (0.75 * log(1.5) + 0.25 * log(0.5))) < 1e-6)
    let other = try CleanDivergence().loss(prediction([0, 0], clean), truth([0, 0], [1, 1])).item()
    #expect(abs(other - (0.5 * log(2.0 / 3) + 0.5 * log(2.0))) < 1e-6)
    #expect(abs(other - loss) > 0.01)
    #expect(try CleanDivergence().loss(moved, truth([0, 0], [5, 5])).item() == 0)
  }

  @Test("say what they lack")
  func lacking() throws {
    let error = try #require(throws: TorchError.self) {
      try CleanDivergence().loss(prediction([0, 0], [1, 1]), truth([0, 0]))
    }
    #expect(error.message.contains("no logits of the unperturbed inputs"))
  }
}
