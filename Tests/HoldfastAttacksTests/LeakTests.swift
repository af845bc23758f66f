import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// Memory over many attack steps.
///
/// Other tests run at the same time, so growth is measured over
/// several windows: a leak shows in all of them, a neighbour's memory does not.
@Suite("Memory is flat over 10,000 attack steps")
struct LeakTests {
  @Test func handlesAndBytes() throws {
    let encoder = try ToyEncoder.points()
    let subject = try encoder.toySubject()
    let jobs = try toyJobs(for: subject, count: 2, radii: [Radius(1e-6)])
    let recipe = try AttackTable.recipe("apgd-ce:steps=2000")
    var handles: [Int] = []
    var bytes: [Int] = []
    for window in 0..<6 {
      let settings = PoolSettings(subject: subject, slots: 2, seed: UInt64(window))
      let before = (Torch.liveTensorCount, Self.residentBytes())
      let outcomes = try runAttack(recipe, on: jobs, settings)
      #expect(outcomes.values.allSatisfy { $0.radii[0].cost.forward == 2001 })
      guard window > 0 else { continue }  // The first warms up.
      handles.append(Torch.liveTensorCount - before.0)
      bytes.append(Self.residentBytes() - before.1)
    }
    #expect((handles.min() ?? 0) < 200, "handles that stay, per 2000 steps: \(handles)")
    #expect((bytes.min() ?? 0) < 1 << 20, "bytes that stay, per 2000 steps: \(bytes)")
  }

  /// The pages that this process keeps in memory; 0 where the system does not say.
  static func residentBytes() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
      return 0
    }
    let fields = text.split(separator: " ")
    return fields.count > 1 ? (Int(fields[1]) ?? 0) * sysconf(Int32(_SC_PAGESIZE)) : 0
  }
}
