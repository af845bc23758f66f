import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Every attack keeps its promises on every modality")
struct InvariantTests {
  /// The toys, with radii from harmless to fatal.
  enum Toy: String, CaseIterable, Sendable {
    case image, points, spectrogram, video

    func encoder() throws -> ToyEncoder {
      switch self {
      case .image: try .image()
      case .points: try .points()
      case .spectrogram: try .spectrogram()
      case .video: try .video()
      }
    }

    func radii(_ norm: Norm) -> [Radius] {
      let values =
        switch norm {
        case .linf: [0.004, 0.03, 0.12]
        case .l2: [0.03, 0.3, 1.2]
        case .l1: [0.1, 1, 6]
        }
      return values.map { Radius($0) }
    }
  }

  /// Every attack of the table, with as few steps as it lets one ask for; ensembles are made of
  /// them.
  static var recipes: [(name: String, spelling: String)] {
    AttackTable.entries.filter { $0.name != "autoattack" }.map { entry in
      let wanted = [
        ("steps=", "steps=5"), ("queries=", "queries=12"), ("restarts=", "restarts=2"),
        ("searches=", "searches=3"),
      ]
      let options = wanted.compactMap { prefix, option in
        entry.options.contains { $0.hasPrefix(prefix) } ? option : nil
      }
      let spelling =
        options.isEmpty ? entry.name : "\(entry.name):\(options.joined(separator: ","))"
      return (entry.name, spelling)
    }
  }

  private static func entry(_ spelling: String) throws -> AttackEntry {
    try #require(AttackTable.entries.first { spelling.split(separator: ":")[0] == $0.name })
  }

  @Test(arguments: Self.recipes.map(\.spelling), Toy.allCases)
  func invariants(_ spelling: String, _ toy: Toy) throws {
    for norm in Norm.allCases where try Self.entry(spelling).norms.contains(norm) {
      for recipe in try AttackTable.recipes(spelling, norm: norm) {
        try checkAttackInvariants(recipe, on: toy.encoder(), norm: norm, radii: toy.radii(norm))
      }
    }
  }

  @Test(arguments: Norm.allCases)
  func lowPassKeepsTheSamePromises(_ norm: Norm) throws {
    let filter = GaussianFilter(vertical: 1.5, horizontal: 1.5)
    let recipe = AttackRecipe(
      name: "low-pass", attack: LowPass(APGD(steps: 5), filter: filter), objective: CrossEntropy())
    for toy in [Toy.image, .spectrogram] {
      try checkAttackInvariants(recipe, on: toy.encoder(), norm: norm, radii: toy.radii(norm))
    }
  }

  /// The toys must be worth attacking, else nothing above says anything.
  @Test(arguments: Toy.allCases, Norm.allCases)
  func theToysFallAndStand(_ toy: Toy, _ norm: Norm) throws {
    let subject = try toy.encoder().toySubject()
    let jobs = try toyJobs(for: subject, count: 12, radii: toy.radii(norm))
    let outcomes = try runAttack(
      AttackTable.recipe("apgd-ce:steps=10"), on: jobs,
      PoolSettings(subject: subject, norm: norm, slots: 12))
    let fallen = jobs[0].radii.indices.map { index in
      outcomes.values.count { $0.radii[index].success }
    }
    #expect(fallen[0] < 12, "\(fallen)")
    #expect(fallen[2] > 3, "\(fallen)")
  }
}
