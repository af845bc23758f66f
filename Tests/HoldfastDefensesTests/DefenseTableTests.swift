import HoldfastCore
import HoldfastDefenses
import Testing

@Suite("The table of defences")
struct DefenseTableTests {
  private func made(_ text: String, isGuided: Bool = false) throws -> RAdapt? {
    try DefenseTable.defense(text, isGuided: isGuided) as? RAdapt
  }

  @Test("makes what is spelled, with the paper's weights for the rest")
  func parsing() throws {
    #expect(try made("r-adapt") == RAdapt(alpha: 1.2, beta: -0.8, cutoff: 40))
    #expect(try made("r-adapt", isGuided: true) == RAdapt(alpha: 1.2, beta: 0, cutoff: 40))
    #expect(
      try made("r-adapt:alpha=0.8,beta=0.2,d0=30,scaling=keep-sigma,clamp=true")
        == RAdapt(alpha: 0.8, beta: 0.2, cutoff: 30, scaling: .keepSigma, clampsFilter: true))
  }

  @Test(
    "refuses what is not there, and says what is",
    arguments: [
      ("r-adabt", "did you mean `r-adapt`?"), ("zzz", "`holdfast list defenses` names them all"),
      ("r-adapt:gamma=1", "its options are"), ("r-adapt:d0=0", "d0=0"),
      ("r-adapt:d0=nan", "d0=nan"), ("r-adapt:alpha=inf", "alpha=inf"),
      ("r-adapt:scaling=x", "auto, as-printed or keep-sigma"), ("r-adapt:clamp=1", "true or false"),
      ("r-adapt:", "is not an option"),
    ])
  func refusals(text: String, words: String) throws {
    let error = try #require(throws: UsageError.self) {
      try DefenseTable.defense(text, isGuided: false)
    }
    #expect("\(error)".contains(words), "\(error)")
  }
}
