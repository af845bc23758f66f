import HoldfastCore
import HoldfastTensor
import Testing

@Suite("Losses of retrieval")
struct RetrievalLossTests {
  /// Two inputs before a gallery of five: the first has the partners 0 and 3, the second only 4.
  let logits: [[Float]] = [[3, 5, 1, 4, 2], [9, 8, 7, 6, 0]]
  let isTrue: [Bool] = [true, false, false, true, false, false, false, false, false, true]

  private func prediction() throws -> Prediction {
    let z = try Tensor(logits.flatMap { $0 }, [2, 5])
    return Prediction(embedding: z, logits: z)
  }

  private func truth(gallery: Bool = true) throws -> Truth {
    Truth(
      labels: try Tensor([0, 4]), partners: gallery ? try Tensor(isTrue, [2, 5]) : nil,
      cleanEmbedding: try Tensor.zeros([2, 5]))
  }

  private func values(_ objective: some Objective, gallery: Bool = true) throws -> [Float] {
    try objective.loss(prediction(), truth(gallery: gallery)).array(of: Float.self)
  }

  @Test func pairAloneOrAllPartners() throws {
    #expect(try values(PairCosine()) == [-3, 0])
    #expect(try values(TruthCosine()) == [-3.5, 0])
    #expect(try values(PairCosine(), gallery: false) == [-3, 0])
  }

  /// The rivals of the first are 5, 2, 1 against its best partner's 4; of the second 9, 8, 7, 6
  /// against 0.
  @Test func rankMargins() throws {
    #expect(try values(RankMargin(rank: 1)) == [1, 9])
    #expect(try values(RankMargin(rank: 2)) == [-2, 8])
    #expect(try values(RankMargin(rank: 3)) == [-3, 7])
    // The first has no fourth rival, and neither has a tenth.
    #expect(try values(RankMargin(rank: 4)) == [-3, 6])
    #expect(try values(RankMargin(rank: 10)) == [-3, 6])
    #expect(try values(RankMargin(rank: 1)) == values(Margin()))
  }

  /// With a classifier's single label the first has the partner 0 alone.
  @Test func rankMarginsOfAClassifier() throws {
    #expect(try values(RankMargin(rank: 1), gallery: false) == [2, 9])
    #expect(try values(RankMargin(rank: 4), gallery: false) == [-2, 6])
    #expect(try values(RankMargin(rank: 5), gallery: false) == [-2, 6])
  }

  /// The criterion cannot be met where there are too few rivals; the loss still leads somewhere.
  @Test func theCriterionIsStrict() throws {
    let margins = try RankLost(rank: 4).margin(prediction(), truth()).array(of: Float.self)
    #expect(margins == [-.infinity, 6])
  }

  @Test func gradientsAreNumbers() throws {
    let z = try Tensor(logits.flatMap { $0 }, [2, 5]).leaf()
    let loss = try RankMargin(rank: 4).loss(Prediction(embedding: z, logits: z), truth())
    let slope = try gradient(of: loss.sum(), withRespectTo: z).array(of: Float.self)
    #expect(slope.allSatisfy { $0.isFinite })
    #expect(slope[2] == 1 && slope[3] == -1)
    #expect(slope[8] == 1 && slope[9] == -1)
  }
}
