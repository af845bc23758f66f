import HoldfastAttacks
import HoldfastCore
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastAudit

@Suite("What attacks search in")
struct SubstituteTests {
  private let toy: ToyAudit
  private let twin: WatchedEncoder
  private let plan: AuditPlan
  private let recipes: [AttackRecipe]

  init() throws {
    toy = try ToyAudit(samples: 8)
    twin = WatchedEncoder(toy.base, answer: ToyAudit.shrunk)
    recipes = ["first", "second"].map {
      AttackRecipe(name: $0, attack: APGD(steps: 4), objective: CrossEntropy())
    }
    var plan = toy.plan([.transfer, .whiteBox, .adaptive])
    plan.attacks[.adaptive] = recipes
    plan.substitutes["second"] = Subject(encoder: twin, head: plan.subject.head)
    self.plan = plan
  }

  @Test("is said by the plan, attack by attack")
  func each() throws {
    var plan = plan
    let half = WatchedEncoder(toy.base)
    plan.search = Subject(encoder: half, head: plan.subject.head)
    func search(_ index: Int, _ name: AuditProtocol) -> WatchedEncoder? {
      plan.search(of: recipes[index], in: name)?.encoder as? WatchedEncoder
    }
    #expect(search(0, .adaptive) == nil && search(0, .whiteBox) == nil)
    #expect(search(1, .adaptive) === twin)
    // Outside the adaptive protocol a name means nothing.
    #expect(search(1, .whiteBox) == nil && search(1, .transfer) == nil)
    plan.precision = .bfloat16
    #expect(search(0, .adaptive) === half)
    #expect(search(1, .adaptive) === twin)
    #expect(search(1, .whiteBox) === half)
    #expect(search(1, .transfer) == nil)
    #expect(plan.searchesInBFloat16(recipes[0], in: .adaptive))
    #expect(!plan.searchesInBFloat16(recipes[1], in: .adaptive))
  }

  @Test("is a twin for one adaptive attack, and the defended model for the other")
  func audit() throws {
    for (index, recipe) in recipes.enumerated() {
      toy.defended.forget()
      twin.forget()
      var one = plan
      one.attacks = [.adaptive: [recipe]]
      let records = try toy.records(one)
      #expect((twin.backwardRows > 0) == (index == 1))
      #expect((toy.defended.backwardRows > 0) == (index == 0))
      // What is found is tested on the defended model, which falls as its twin does.
      let robust = records.flatMap { $0.radii(of: .adaptive) }.map(\.robust)
      #expect(robust.contains(false) && toy.defended.forwardRows > 0)
    }
  }

  @Test("is for transfer the base with its own head, whatever the defence makes of it")
  func transfer() throws {
    /// What the source is shown in an audit of a model whose defence changed the head.
    func shown(_ head: Head?) throws -> [[UInt8]] {
      toy.source.forget()
      var plan = toy.plan(slots: 1, [.transfer])
      plan.subject = Subject(encoder: toy.defended, head: head)
      var rest = toy.samples.prefix(1)
      var clean = true
      try Auditor(plan).run({ rest.popFirst() }) { clean = $0.clean.correct }
      #expect(clean)
      return try toy.source.calls.map { try $0.input.bytes() }
    }
    let own = try #require(plan.subject.head)
    let changed = Head(anchors: try #require(own.anchors) * 0.9, scale: own.scale * 3)
    let before = try shown(own)
    #expect(try shown(changed) == before && before.count > 5)
  }
}
