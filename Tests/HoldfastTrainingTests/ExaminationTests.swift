import HoldfastTraining
import Testing

@Suite("An examination")
struct ExaminationTests {
  @Test("is scored by what was counted last, and by 0 when nothing was asked")
  func score() {
    let both = Examination([.init("clean", right: 9, of: 10), .init("pgd-10", right: 3, of: 10)])
    #expect(both.score == 0.3)
    #expect(Examination([.init("clean", right: 0, of: 0)]).score == 0)
    #expect(Examination([]).score == 0)
  }
}
