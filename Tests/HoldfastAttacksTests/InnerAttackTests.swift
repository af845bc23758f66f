import HoldfastAttacks
import HoldfastCore
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("An inner attack")
struct InnerAttackTests {
  let encoder: ToyEncoder
  let subject: Subject
  let radius = Radius(0.05)

  init() throws {
    encoder = try .image()
    subject = try encoder.toySubject()
  }

  func inner(
    _ attack: any Attack, keeps: InnerAttack.Keeps = .last
  ) -> InnerAttack {
    InnerAttack(
      attack: attack, objective: CrossEntropy(),
      threat: ThreatModel(norm: .linf, radius: radius), keeps: keeps)
  }

  @Test(
    "takes the points of a pool from the same start", arguments: ["pgd:steps=6", "apgd-ce:steps=6"])
  func samePath(_ spelling: String) throws {
    let recipe = try AttackTable.recipe(spelling)
    let jobs = try toyJobs(for: subject, count: 3, radii: [radius])
    var seen: [[UInt8]] = []
    for job in jobs {
      let watch = WatchedEncoder(encoder)
      _ = try runAttack(
        recipe, on: [job],
        PoolSettings(
          subject: Subject(encoder: watch, head: subject.head), stop: .fullBudget, slots: 1, seed: 7
        ))
      // The start and each step; the re-check of what is kept comes after.
      seen.append(try watch.calls[recipe.attack.steps].input.bytes())
    }
    let x = try Tensor.concatenating(jobs.map(\.input))
    var noise = Noise(
      jobs.map { Generator(seed: 7, stream: $0.id).split("\(recipe.name)/\(radius.value)", 0) })
    let truth = try Truth(jobs.map(\.truth), targets: jobs.map { _ in nil }, on: .cpu)
    let found = try inner(recipe.attack)(x, truth, on: subject, noise: &noise)
    for row in jobs.indices {
      #expect(try found.x.slice(0, row..<row + 1).contiguous().bytes() == seen[row])
    }
  }

  @Test("asks for as many gradients as it has steps, and for nothing else")
  func cost() throws {
    let watch = WatchedEncoder(encoder)
    let jobs = try toyJobs(for: subject, count: 2, radii: [radius])
    let x = try Tensor.concatenating(jobs.map(\.input))
    let truth = try Truth(jobs.map(\.truth), targets: [nil, nil], on: .cpu)
    var noise = Noise(jobs.map { Generator(seed: 1, stream: $0.id) })
    _ = try inner(PGD(steps: 5))(
      x, truth, on: Subject(encoder: watch, head: subject.head), noise: &noise)
    #expect(watch.calls.count == 5 && watch.calls.allSatisfy(\.recorded))
  }

  @Test("keeps the point of the highest loss when it is told to, inside the ball")
  func keepsHighest() throws {
    let jobs = try toyJobs(for: subject, count: 3, radii: [radius])
    let x = try Tensor.concatenating(jobs.map(\.input))
    let truth = try Truth(jobs.map(\.truth), targets: jobs.map { _ in nil }, on: .cpu)
    var noise = Noise(jobs.map { Generator(seed: 1, stream: $0.id) })
    let attack = inner(APGD(steps: 8), keeps: .highestLoss)
    let found = try attack(x, truth, on: subject, noise: &noise)
    let loss = try CrossEntropy().loss(subject.predict(found.x), truth).array(of: Float.self)
    let highest = try found.highestLoss.array(of: Float.self)
    let start = try found.startLoss.array(of: Float.self)
    for row in jobs.indices {
      #expect(abs(loss[row] - highest[row]) < 1e-5 && highest[row] > start[row])
      let threat = ThreatModel(norm: .linf, radius: radius)
      #expect(
        try threat.distance(from: jobs[row].input, to: found.x.slice(0, row..<row + 1))
          <= radius.value)
    }
  }
}
