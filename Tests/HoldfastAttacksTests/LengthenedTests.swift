import HoldfastAttacks
import HoldfastCore
import Testing

@Suite("What attacks say about themselves")
struct LengthenedTests {
  @Test("is how they are with more steps, all else the same")
  func lengthened() {
    #expect(APGD(steps: 7, rho: 0.5).lengthened(by: 3) == APGD(steps: 21, rho: 0.5))
    let step = PGD(steps: 4).relativeStep
    #expect(PGD(steps: 4).lengthened(by: 3) == PGD(steps: 12, relativeStep: step))
    #expect(FGSM().lengthened(by: 3) == nil)
    #expect(
      CarliniWagner(iterations: 5, searches: 2).lengthened(by: 3)
        == CarliniWagner(iterations: 15, searches: 2))
    #expect(Square(queries: 11).lengthened(by: 3)?.steps == 30)
    let longer = SparseAPGD(iterations: 50, largeRadii: true).lengthened(by: 3)
    #expect(longer == SparseAPGD(iterations: 150, largeRadii: true))
  }

  @Test("is handed on by what wraps them")
  func wrapped() {
    let attack = Lattice(Averaged(APGD(steps: 5), draws: 4))
    #expect(attack.lengthened(by: 10) == Lattice(Averaged(APGD(steps: 50), draws: 4)))
    #expect(Lattice(FGSM()).lengthened(by: 10) == nil)
    #expect(attack.followsGradient && !Averaged(Square(), draws: 2).followsGradient)
  }

  @Test("is kept by a recipe under a name that says so")
  func recipe() throws {
    let recipe = AttackRecipe(
      name: "a", attack: PGD(steps: 4), objective: Margin(), restarts: 2, targets: 3,
      isScreen: true)
    let longer = try #require(recipe.lengthened(by: 10))
    #expect(longer.name == "a of 40 steps" && longer.attack.steps == 40)
    #expect(longer.restarts == 2 && longer.targets == 3 && !longer.isScreen)
    #expect(recipe == recipe.named("a") && recipe != recipe.named("b") && recipe != longer)
  }
}
