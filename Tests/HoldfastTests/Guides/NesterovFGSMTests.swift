import Holdfast
import HoldfastTestSupport
import Testing

@Suite("NI-FGSM, the attack of the guide")
struct NesterovFGSMTests {
  @Test("keeps the promises of every attack", arguments: Norm.allCases)
  func promises(norm: Norm) throws {
    let radii: [Radius] =
      switch norm {
      case .linf: [Radius(0.004), Radius(0.12)]
      case .l2: [Radius(0.03), Radius(1.2)]
      case .l1: [Radius(0.1), Radius(6)]
      }
    for objective: any Objective in [CrossEntropy(), PredictiveEntropy()] {
      let recipe = AttackRecipe(
        name: "ni-fgsm", attack: NesterovFGSM(steps: 5), objective: objective)
      try checkAttackInvariants(recipe, on: ToyEncoder.image(), norm: norm, radii: radii)
    }
  }

  @Test("without momentum is PGD from the input itself")
  func withoutMomentum() throws {
    let subject = try ToyEncoder.image().toySubject()
    let jobs = try toyJobs(for: subject, count: 4, radii: [Radius(0.03)])
    func examples(_ attack: any Attack) throws -> [[UInt8]?] {
      let recipe = AttackRecipe(name: "attack", attack: attack, objective: CrossEntropy())
      return try recipe.run(on: jobs, PoolSettings(subject: subject, stop: .fullBudget))
        .map { try $0.radii[0].example?.input.bytes() }
    }
    let plain = PGD(steps: 5, relativeStep: 0.2, randomStart: false)
    #expect(try examples(NesterovFGSM(steps: 5, decay: 0)) == examples(plain))
    #expect(try examples(NesterovFGSM(steps: 5, decay: 1)) != examples(plain))
  }
}
