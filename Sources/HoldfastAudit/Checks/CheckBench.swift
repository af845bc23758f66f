import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastRecords
import HoldfastRuns
import HoldfastTensor

/// The samples that the checks look at, and the verdicts that they share.
///
/// A sample is right while its true class is on top, or in retrieval while one of its partners is
/// (R@1).
///
/// Each question is put to the model once. What was answered is kept in `checks.json`, so that a
/// stopped run continues without asking again.
final class CheckBench {
  let plan: AuditPlan
  let settings: CheckSettings
  /// The attack that is checked.
  let attack: AttackRecipe
  /// The samples, in the order of the data set; `radii` is empty.
  let jobs: [AttackJob]
  /// Which samples are right when unperturbed.
  let clean: [Bool?]
  /// What the audit recorded about each sample.
  let records: [SampleRecord?]
  private(set) var passes: [CheckPassRecord]
  private let keep: ([CheckPassRecord]) throws -> Void
  private let verifier: Verifier

  /// A bench for some samples.
  ///
  /// - Parameters:
  ///   - passes: earlier answers.
  ///   - keep: is called with all answers whenever there are new ones.
  init(
    _ task: any AuditTask, attack: AttackRecipe, samples: [PreparedSample],
    records: [String: SampleRecord], settings: CheckSettings, passes: [CheckPassRecord],
    keep: @escaping ([CheckPassRecord]) throws -> Void
  ) throws {
    let plan = task.plan
    self.plan = plan
    self.settings = settings
    self.attack = attack
    self.passes = passes
    self.keep = keep
    let verifier = Verifier(subject: plan.subject)
    self.verifier = verifier
    jobs = try samples.map { sample in
      let input = try sample.tensor(for: plan.subject.encoder.input)
      let truth = try task.truth(of: sample, verifier.predict(input, of: sample.id))
      return AttackJob(id: sample.id, input: input, truth: truth, radii: [])
    }
    clean = try jobs.map { try verifier.test($0.input, job: $0, distance: 0).margin < 0 }
    self.records = samples.map { records[$0.id] }
  }

  /// How many samples there are.
  var count: Int { jobs.count }

  // MARK: Radii

  /// The radius that leaves nothing standing: ``CheckSettings/widest`` of the side of the legal
  /// range in each coordinate; nil when the space has no box.
  var widest: Radius? {
    let input = plan.subject.encoder.input
    guard let range = input.range else { return nil }
    let side = Double(range.upperBound - range.lowerBound)
    switch plan.norm {
    case .linf where side == 1 && settings.widest == 64.0 / 255: return Radius("64/255")
    case .linf: return Radius(settings.widest * side)
    case .l2: return Radius(settings.widest * side * Double(input.count).squareRoot())
    case .l1: return Radius(settings.widest * side * Double(input.count))
    }
  }

  /// The fewest samples that can fail a test, were all on one side.
  var fewest: Int {
    var count = 1
    while McNemar.exact(b: count, c: 0).oneSided >= settings.level { count += 1 }
    return count
  }

  /// The radius at which attacks are compared: the largest of the plan at which enough samples
  /// stand to fail a test, or the largest.
  func telling() throws -> Radius {
    let fewest = fewest
    for radius in plan.radii.reversed() {
      if try standing(under: attack, at: radius).yes >= fewest { return radius }
    }
    return plan.radii[plan.radii.count - 1]
  }

  // MARK: Verdicts

  /// Which samples are right under an attack at one radius, with its whole budget and no success
  /// from other radii; nil for samples that were never asked.
  ///
  /// - Parameter rows: the samples that are asked; by default all that are right when clean.
  func standing(
    under recipe: AttackRecipe, at radius: Radius, of rows: [Int]? = nil
  ) throws -> [Bool?] {
    try answers(recipe.name, settings(of: recipe), radius, of: rows) { asked, answer in
      var settings = PoolSettings(
        subject: plan.subject, norm: plan.norm, slots: plan.slots, seed: plan.seed)
      settings.search = plan.search(of: recipe, in: .whiteBox)
      let pool = recipe.pool(settings)
      var waiting = asked[...]
      let places = Dictionary(uniqueKeysWithValues: asked.map { (jobs[$0].id, $0) })
      while !waiting.isEmpty || pool.load > 0 {
        while !pool.isFull, let row = waiting.popFirst() {
          let job = jobs[row]
          pool.submit(AttackJob(id: job.id, input: job.input, truth: job.truth, radii: [radius]))
        }
        for outcome in try pool.step() {
          guard let row = places[outcome.job.id] else { continue }
          try answer(
            row, !outcome.radii.contains(where: \.success),
            outcome.radii.reduce(Cost()) { $0 + $1.cost })
        }
      }
    }
  }

  /// Which samples are right under every draw of random noise of the size of a radius.
  func standingUnderNoise(at radius: Radius) throws -> [Bool?] {
    let threat = ThreatModel(norm: plan.norm, radius: radius)
    let name = "noise of \(settings.draws) draws, seed \(plan.seed)"
    return try answers("noise", name, radius, of: nil) { asked, answer in
      for row in asked {
        var cost = Cost()
        var isRight = true
        for draw in 0..<settings.draws where isRight {
          let noise = Generator(seed: plan.seed, stream: jobs[row].id)
            .split("checks/noise/\(radius.value)", draw)
          let point = try plan.norm.noise(
            around: jobs[row].input, radius, in: plan.subject.encoder.input, noise)
          isRight = try verifier.test(point, job: jobs[row], threat: threat).margin <= 0
          cost.forward += verifier.passes
        }
        try answer(row, isRight, cost)
      }
    }
  }

  /// Puts a question to the samples that have not answered it, and keeps the answers.
  ///
  /// - Parameters:
  ///   - rows: the samples that are asked; samples that are wrong when clean are not asked and
  ///     count as not right.
  ///   - ask: asks the given samples, and hands over each answer with what it cost.
  private func answers(
    _ name: String, _ settings: String, _ radius: Radius, of rows: [Int]?,
    _ ask: ([Int], _ answer: (Int, Bool, Cost) throws -> Void) throws -> Void
  ) throws -> [Bool?] {
    let place =
      passes.firstIndex {
        $0.name == name && $0.settings == settings && $0.radius == radius.description
      } ?? passes.endIndex
    if place == passes.endIndex {
      let nobody = clean.map { $0 == false ? "0" : "-" }.joined()
      passes.append(
        CheckPassRecord(
          name: name, settings: settings, radius: radius.description, verdicts: nobody))
    }
    var verdicts = Array(passes[place].verdicts)
    let asked = (rows ?? Array(0..<count)).filter { verdicts[$0] == "-" }
    if !asked.isEmpty {
      let clock = ContinuousClock()
      var (before, kept) = (clock.now, clock.now)
      try ask(asked) { row, isRight, cost in
        verdicts[row] = isRight ? "1" : "0"
        passes[place].verdicts = String(verdicts)
        passes[place].forward += cost.forward
        passes[place].backward += cost.backward
        let now = clock.now
        passes[place].seconds += (now - before) / .seconds(1)
        before = now
        guard now - kept > .seconds(1) else { return }
        kept = now
        try keep(passes)
      }
      try keep(passes)
    }
    return verdicts.map { $0 == "-" ? nil : $0 == "1" }
  }

  /// All that the answer depends on besides the radius, as `checks.json` has it.
  private func settings(of recipe: AttackRecipe) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let parameters = String(decoding: try encoder.encode(recipe.attack), as: UTF8.self)
    return "\(type(of: recipe.objective).name) \(parameters), \(recipe.restarts) restarts, "
      + "\(recipe.targets) targets, \(plan.precision.rawValue), seed \(plan.seed)"
  }
}

extension Norm {
  /// A point at a random place on the ball's surface, inside the legal range: in Linf a corner of
  /// the ball, else a direction that is uniform in the Euclidean sense.
  fileprivate func noise(
    around input: Tensor, _ radius: Radius, in space: InputSpec, _ generator: Generator
  ) throws(TorchError) -> Tensor {
    var noise = generator
    let offset: Tensor
    switch self {
    case .linf:
      let draw = try noise.uniform(input.shape)
      offset = try .where(draw .< 0.5, draw * 0 - radius.value, draw * 0 + radius.value)
    case .l2, .l1:
      let draw = try noise.normal(input.shape)
      offset = try draw * (radius.value / draw.norm(order).item())
    }
    let ball = try Ball(
      around: input, norm: self, radii: [radius], range: space.range, patches: space.patches)
    return try ball.project(input + offset)
  }
}
