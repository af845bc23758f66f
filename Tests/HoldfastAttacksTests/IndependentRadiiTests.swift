import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Radii that share nothing")
struct IndependentRadiiTests {
  /// A screen's search at a radius begins where that at the smaller one ended, but only where radii
  /// share what they find.
  @Test(arguments: [Budgets.nested, .independent], [StopRule.firstSuccess, .fullBudget])
  func areSearchedAsIfAlone(_ budgets: Budgets, _ stop: StopRule) throws {
    let subject = try ToyEncoder.image().toySubject()
    let screen = try #require(try AttackTable.recipes("autoattack").first { $0.isScreen })
    func points(_ radii: [Radius]) throws -> [[UInt8]] {
      let watch = WatchedEncoder(subject.encoder)
      _ = try runAttack(
        screen, on: toyJobs(for: subject, count: 1, radii: radii),
        PoolSettings(
          subject: Subject(encoder: watch, head: subject.head), stop: stop, budgets: budgets))
      return try watch.calls.filter(\.recorded).map { try $0.input.bytes() }
    }
    let (small, large) = (Radius(0.002), Radius(0.004))
    let alone = try points([large])
    #expect(!alone.isEmpty)
    let isShared = budgets == .nested && stop == .firstSuccess
    let isAlike = try points([small, large]).suffix(alone.count) == alone[...]
    #expect(isAlike == !isShared)
  }
}
