import Foundation
import Holdfast

/// One audit of retrieval from a loaded model to a finished run folder.
struct RetrievalRun {
  /// The pairs, with the attacked side first.
  let pairs: PairManifest
  let model: ModelSource
  /// Which side that is, as it was asked for.
  let side: String
  /// A file of further embeddings.
  let indexFile: String?
  /// The model that transfer inputs are made on; nil for the base of a bundle.
  let transferSource: ModelSource?
  var attacks: [AttackRecipe]
  /// The steps of the attacks that a defence asks for.
  var adaptiveSteps = 100
  var norm: Norm
  var radii: [Radius]
  var budgets: Budgets
  var precision = SearchPrecision.float32
  /// Whether adversarial inputs are kept in the run folder.
  var savesExamples = false
  /// The most samples that are kept to be looked at.
  var gallerySamples = 8
  /// The protocols that were asked for; nil for all that make sense.
  var protocols: Set<AuditProtocol>?
  /// The folder of transfer inputs that audits share; nil for none.
  var transferCache: String?
  /// Whether its attacks are checked.
  var checks = CheckChoice.off("not asked for")
  var limit: Int?
  var batchSize: Int
  var seed: UInt64
  /// Whether a file that cannot be decoded stops the run.
  var strict = false
  /// The job that this process is part of; nil when it is alone.
  var job: RankGroup?
  /// Whether to say what it will cost, and do nothing.
  var isDryRun = false
  /// What must be measured, as gates are about it.
  var requirements: [Requirement] = []

  /// Runs what is left of the audit in `folder`, or in a folder named by the plan.
  ///
  /// - Returns: what was found; nil on all processes of a job but the first, and when nothing was done.
  func run(
    in folder: String?, command: [String], console: Console
  ) throws -> (report: any Report, folder: String, summary: SummaryRecord)? {
    let set = try pairs.set()
    let stored = try indexFile.map {
      try StoredEmbeddings(at: $0, width: model.encoder.embeddingWidth)
    }
    let index = try RetrievalIndex(of: pairs, stored: stored, by: model)
    let head = try index.head(scale: model.sense.scale, for: model.encoder)
    var plan = AuditPlan(
      subject: Subject(encoder: model.encoder, head: head), norm: norm, radii: radii,
      budgets: budgets, slots: batchSize, seed: seed)
    try checkAttacks()
    plan.precision = precision
    plan.substitute = try model.substitute(head)
    if precision != .float32 { plan.search = try model.subject(in: .bfloat16, head: head) }
    if isWanted(.transfer) { plan.transferSource = try transferSubject(stored) }
    let entries = entries(hasSource: plan.transferSource != nil)
    for (name, entry) in entries where entry.omitted == nil { plan.attacks[name] = entry.recipes }
    try plan.check()
    let task = try Retrieval(plan, index: index)
    let record = try self.record(task, entries)
    let path = try folder ?? AuditRun.folderName(record)
    for requirement in requirements { try requirement.check(record) }
    if isDryRun {
      try DryRun(
        task: task, record: record, folder: path, data: set, preparation: model.preparation,
        limit: limit, checks: checks
      ).show(console)
      return nil
    }
    let archive =
      savesExamples ? AdversarialArchive(in: path, storesPictures: plan.storesPictures) : nil
    let session = AuditSession(
      title: "audit", data: set, preparation: model.preparation, plan: record, folder: path,
      session: AuditRun.session(command, model: model, batchSize: batchSize, limit: limit),
      job: job, limit: limit, batchSize: batchSize, strict: strict, console: console)
    let shown = GallerySource(size: gallerySamples, model: model, data: set)
    let found = try session.run(
      { next, deliver in
        let gallery = try shown.gallery(in: path, shard: job?.shard, task: task)
        let transfers = try transferCache.flatMap { folder in
          try (transferSource ?? model.undefended()).map {
            try TransferCache(at: folder, identity: $0.identity, plan: plan)
          }
        }
        try Auditor(task, archive: archive, gallery: gallery, transfers: transfers)
          .run(next, deliver: deliver)
      },
      checks: {
        try checks.checklist(
          of: task, $0, set, model.preparation, limit: limit, title: "audit", console: console)
      }, complete: task.summation(of: record))
    guard let summary = found else { return nil }
    if savesExamples {
      try SavedExamples.writeManifest(
        in: path, of: .pairs(pairs.partners), pictures: plan.storesPictures)
    }
    job?.release()
    let report = RetrievalReport(plan: record, summary: summary)
    return (report ?? AuditReport(plan: record, summary: summary), path, summary)
  }

  // MARK: What is run

  /// A protocol's attacks, or why it is not run.
  private struct Entry {
    var recipes: [AttackRecipe] = []
    var omitted: String?
  }

  private func isWanted(_ name: AuditProtocol) -> Bool { protocols?.contains(name) ?? true }

  private func entries(hasSource: Bool) -> [(AuditProtocol, Entry)] {
    [AuditProtocol.transfer, .whiteBox, .adaptive].map { name in
      guard isWanted(name) else { return (name, Entry(omitted: "not asked for")) }
      switch name {
      case .transfer where !hasSource:
        return (
          name,
          Entry(omitted: "there is no undefended base; name another model with --transfer-from")
        )
      case .adaptive:
        guard let bundle = model.bundle else {
          return (name, Entry(omitted: "the model has no defence to adapt to"))
        }
        let own = isWanted(.whiteBox) ? Set(attacks.map(\.name)) : []
        let recipes = bundle.defense.adaptiveAttacks(on: model.encoder.input, steps: adaptiveSteps)
          .filter { !own.contains($0.name) }
        return (
          name,
          Entry(
            recipes: recipes,
            omitted: recipes.isEmpty ? "its attacks are among the white-box ones" : nil)
        )
      default: return (name, Entry(recipes: attacks))
      }
    }
  }

  /// The model that transfer inputs are made on: the one that was named, or the undefended base of a
  /// bundle. It ranks its own embeddings of the partners.
  ///
  /// Stored embeddings are distractors for a base, whose space they are of, and not for another model.
  private func transferSubject(_ stored: StoredEmbeddings?) throws -> Subject? {
    guard let source = try transferSource ?? model.undefended() else { return nil }
    let (theirs, ours) = (source.encoder.input, model.encoder.input)
    guard theirs == ours else {
      throw UsageError(
        "the model of --transfer-from takes inputs of \(theirs.shape), and the audited one "
          + "\(ours.shape)", hint: "name a model of the same input size")
    }
    let index = try RetrievalIndex(
      of: pairs, stored: transferSource == nil ? stored : nil, by: source)
    return Subject(
      encoder: source.encoder,
      head: try index.head(scale: source.sense.scale, for: source.encoder))
  }

  /// Refuses attacks that cannot be made on inputs of this kind, or that aim at an embedding.
  private func checkAttacks() throws(UsageError) {
    for recipe in attacks {
      try recipe.attack.check(model.encoder.input)
      guard !recipe.needsGoal else {
        throw UsageError(
          "\(recipe.name) aims at an embedding, and retrieval has none to aim at",
          hint: "crossfire aims at the hardest entry of the index")
      }
    }
  }

  // MARK: Records

  private func record(
    _ task: Retrieval, _ entries: [(AuditProtocol, Entry)]
  ) throws -> PlanRecord {
    let (plan, index) = (task.plan, task.index)
    let input = model.encoder.input
    var protocols = [ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: [])]
    for (name, entry) in entries {
      let attacks =
        try entry.omitted == nil ? entry.recipes.map { try self.record($0, in: name, plan) } : []
      protocols.append(
        ProtocolRecord(name: name.rawValue, attacks: attacks, omitted: entry.omitted))
      guard name == .transfer, entry.omitted == nil else { continue }
      protocols.append(
        ProtocolRecord(
          name: AuditProtocol.transferPNG.rawValue, attacks: attacks,
          omitted: plan.recorded.contains(.transferPNG) ? nil : "the inputs are not pictures"))
    }
    let base = model.bundle.map {
      ModelRecord(path: $0.base.path, files: $0.base.files, defense: nil)
    }
    return PlanRecord(
      holdfast: HoldfastCommand.version, model: model.record,
      transferModel: plan.attacks[.transfer] == nil ? nil : transferSource?.record ?? base,
      data: DataRecord(
        path: pairs.path, layout: pairs.layout, listing: try pairs.listing(),
        preprocessing: try AuditRun.spell(model.preparation), split: pairs.split,
        subsample: pairs.subsample.map(SubsampleRecord.init),
        missing: pairs.missing.isEmpty ? nil : pairs.missing),
      classes: [], templates: [],
      attackSpace: AttackSpaceRecord(
        place: model.place.name, sense: model.modality.rawValue, shape: input.shape,
        unit: input.unit),
      norm: norm.rawValue, radii: plan.radii.map(\.description), protocols: protocols,
      budgets: budgets.rawValue, precision: precision.rawValue, seed: seed,
      retrieval: RetrievalPlanRecord(
        side: side, partners: index.queries, distractors: index.count - index.queries,
        file: indexFile, sha256: try indexFile.map { try Checksum.sha256(ofFileAt: $0) }))
  }

  private func record(
    _ recipe: AttackRecipe, in name: AuditProtocol, _ plan: AuditPlan
  ) throws -> AttackRecord {
    var record = try AuditRun.record(recipe, .fullBudget)
    if name != .transfer {
      record.stop =
        recipe.isScreen
        ? "firstSuccess for each rank" : "fullBudget, then firstSuccess for each rank"
    }
    if plan.searchesInBFloat16(recipe, in: name) {
      record.precision = SearchPrecision.bfloat16.rawValue
    }
    return record
  }
}
