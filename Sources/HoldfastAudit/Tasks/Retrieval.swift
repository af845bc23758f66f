import Foundation
public import HoldfastAttacks
public import HoldfastCore
public import HoldfastData
public import HoldfastRecords
public import HoldfastTensor

/// The audit of retrieval: an input stands at R@k while one of its partners is among the k best
/// entries of a retrieval index.
///
/// Each attack on the audited model makes several searches. First it spends its whole budget at each
/// radius, on every input, found or not when clean: the input of highest loss, among those that lose
/// R@1 if there are any, is what the other side will see in its place. Then it searches for each k in
/// turn, on the inputs that still find a partner among the best k, and stops once all partners are
/// out of them. So R@1, R@5 and R@10 are worst cases each in its own right, over every point that
/// the attack passes. A screen searches for each k alone, and what it finds counts for each attack
/// behind it.
///
/// A transfer attack spends its whole budget once, on a model that ranks its own embeddings of the
/// partners; the audited model then ranks the result.
public struct Retrieval: AuditTask {
  /// The k of R@k.
  public static let ranks = [1, 5, 10]

  /// The models, the attacks of each protocol, and the threat model.
  public var plan: AuditPlan {
    didSet { rows = RetrievalRows(plan) }
  }
  /// The retrieval index.
  public let index: RetrievalIndex
  private var rows: RetrievalRows

  /// An audit of `plan`.
  ///
  /// - Parameters:
  ///   - plan: its subject has a head over `index`; its transfer source has one over an index of its
  ///     own, in which the partners have the same places.
  ///   - index: the retrieval index.
  /// - Throws: `UsageError` when two attacks of a protocol have the same name.
  public init(_ plan: AuditPlan, index: RetrievalIndex) throws(UsageError) {
    self.plan = plan
    self.index = index
    rows = RetrievalRows(plan)
    for name in plan.recorded {
      var names: Set<String> = []
      for recipe in plan.attacks[name] ?? [] where !names.insert(recipe.name).inserted {
        throw UsageError("the attack `\(recipe.name)` is given twice", hint: "give it once")
      }
    }
  }

  /// Refuses an input without partners, or with nothing else to be confused with.
  public func check(_ sample: PreparedSample) throws {
    let partners = try index.partners(of: sample.id)
    let fewest = min(index.count, plan.transferSource?.head?.classCount ?? index.count)
    guard partners.count < fewest else {
      throw DataError(
        "has the whole index for partners, so there is nothing to confuse it with",
        in: sample.id, hint: "add other pairs, or distractors with --index")
    }
  }

  /// The partners of an input.
  public func truth(
    of sample: PreparedSample, _ prediction: Prediction
  ) throws -> SampleTruth {
    let partners = try index.partners(of: sample.id)
    return try SampleTruth(label: partners[0], partners: partners, of: prediction)
  }

  /// The same partners, among the entries of the source's own index.
  public func sourceTruth(
    of sample: PreparedSample, _ prediction: Prediction, beside truth: SampleTruth
  ) throws -> SampleTruth {
    try SampleTruth(label: truth.label, partners: truth.partners, of: prediction)
  }

  /// The whole budget, then each k of R@k; a transfer attack stops after the first, and a screen
  /// leaves it out.
  public func aims(
    of recipe: AttackRecipe, in name: AuditProtocol, keepsExamples: Bool
  ) -> [RetrievalAim] {
    let whole = recipe.isScreen ? [] : [RetrievalAim(rank: nil)]
    return name == .transfer ? whole : whole + Self.ranks.map { RetrievalAim(rank: $0) }
  }

  /// An input with its clean rank.
  public func track(
    of id: String, _ input: Tensor, _ prediction: Prediction, truth: SampleTruth,
    sourceTruth: SampleTruth?
  ) throws -> RetrievalTrack {
    let job = AttackJob(id: id, input: input, truth: truth, radii: [])
    let seen = try judge(prediction, of: input, job, distance: 0)
    return RetrievalTrack(
      SampleTrack(
        id: id, input: input, clean: CleanRecord(seen.example), truth: truth,
        sourceTruth: sourceTruth, plan: plan),
      clean: seen.detail, rows: rows, plan: plan)
  }

  /// The verdict on R@1, and the input's ranks and cosines: a test of its own, as a pool keeps no
  /// embedding.
  public func look(
    at input: Tensor, of job: AttackJob, distance: Double, verdict: Example?
  ) throws -> Sighting<RetrievalPointRecord> {
    try judge(
      Verifier(subject: plan.subject).predict(input, of: job.id), of: input, job,
      distance: distance)
  }

  private func judge(
    _ prediction: Prediction, of input: Tensor, _ job: AttackJob, distance: Double
  ) throws -> Sighting<RetrievalPointRecord> {
    let verifier = Verifier(subject: plan.subject, criterion: RankLost(rank: 1))
    let example = try verifier.judge(prediction, of: input, job: job, distance: distance)
    let logits = try prediction.logits?.array(of: Float.self) ?? []
    let embedding = try prediction.embedding.to(.float32).normalized().to(.cpu).contiguous()
    guard !logits.isEmpty, logits.allSatisfy(\.isFinite) else {
      throw Sighting<RetrievalPointRecord>.notFinite(job.id)
    }
    let partners = job.truth.partners
    let scale = plan.subject.head?.scale ?? 1
    let cosine = partners.reduce(0) { $0 + Double(logits[$1]) / scale } / Double(partners.count)
    let point = RetrievalPointRecord(
      rank: rank(of: partners, in: logits), cosine: cosine, distance: distance,
      embedding: Data(try embedding.bytes()))
    return try Sighting(example, point, passes: verifier.passes, of: job.id)
  }

  /// The first of the white-box attacks on the margin of R@1, else Auto-PGD on it: if an attack on
  /// another loss fails, that says nothing about R@1.
  public var checkedAttack: AttackRecipe? {
    guard let attacks = plan.attacks[.whiteBox], !attacks.isEmpty else { return nil }
    let objective = RankMargin(rank: 1)
    let named = attacks.first {
      !$0.isScreen && $0.attack.reach == .ball
        && AnyHashable($0.objective) == AnyHashable(objective)
    }
    let usual: any Attack = plan.norm == .l1 ? SparseAPGD() : APGD()
    return named ?? AttackRecipe(name: "apgd-rank", attack: usual, objective: objective)
  }

  /// The name of an entry of the index.
  public func name(of place: Int) -> String? { index.name(of: place) }

  /// R@k in both directions (``RetrievalTally``).
  public func summation(
    of plan: PlanRecord
  ) -> ((inout SummaryRecord, [SampleRecord]) throws -> Void)? {
    { summary, samples in
      summary.retrieval = try RetrievalTally(samples, index: index, plan: plan).summary()
    }
  }
}

/// One search of an attack on retrieval.
public struct RetrievalAim: AuditAim {
  /// The k whose loss ends the search; nil for the one that spends the whole budget.
  public let rank: Int?

  /// No partner among the best k.
  public var criterion: any Criterion { RankLost(rank: rank ?? 1) }
  /// At the first success, or after the whole budget.
  public var stop: StopRule { rank == nil ? .fullBudget : .firstSuccess }
}

/// The place of the best true entry among all scores, from 1; a tie goes against it.
func rank(of partners: [Int], in scores: some RandomAccessCollection<Float>) -> Int {
  let isTrue = Set(partners)
  func score(_ place: Int) -> Float { scores[scores.index(scores.startIndex, offsetBy: place)] }
  let best = partners.map(score).max() ?? -.infinity
  return 1 + scores.enumerated().count { $0.element >= best && !isTrue.contains($0.offset) }
}
