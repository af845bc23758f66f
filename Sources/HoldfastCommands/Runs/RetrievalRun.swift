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
  let galleryFile: String?
  var attacks: [AttackRecipe]
  /// The steps of the attacks that a defence asks for.
  var adaptiveSteps = 100
  var norm: Norm
  var radii: [Radius]
  var budgets: Budgets
  /// Whether adversarial inputs are kept in the run folder.
  var savesExamples = false
  var limit: Int?
  var batchSize: Int
  var seed: UInt64
  /// Whether a file that cannot be decoded stops the run.
  var strict = false
  /// The job that this process is part of; none where it is alone.
  var job: RankGroup?
  /// Whether to say what it will cost, and do nothing.
  var isDryRun = false
  /// What must be measured, as gates are about it.
  var requirements: [Requirement] = []

  /// Runs what is left of the audit in `folder`, or in a folder named by the plan.
  ///
  /// - Returns: what was found; nil on all processes of a job but the first, and where nothing was done.
  func run(
    in folder: String?, command: [String], console: Console
  ) throws -> (report: any Report, folder: String, summary: SummaryRecord)? {
    let set = try pairs.set()
    let stored = try galleryFile.map {
      try StoredEmbeddings(at: $0, width: model.encoder.embeddingWidth)
    }
    let gallery = try Gallery(of: pairs, stored: stored, by: model)
    let encoder = model.sense.encoder
    let bare = Subject(
      encoder: encoder, head: try gallery.head(scale: model.sense.scale, for: encoder))
    let subject = try model.defended(bare, classes: nil)
    var plan = AuditPlan(
      subject: subject, norm: norm, radii: radii, budgets: budgets, slots: batchSize, seed: seed)
    try checkAttacks()
    // A screen searches in bfloat16, which is for audits of classification.
    plan.attacks = [.whiteBox: attacks.filter { !$0.isScreen }, .adaptive: adaptive.map(\.recipe)]
    plan.substitutes = try model.substitutes(for: adaptive, bare: bare, classes: nil)
    try plan.check()
    let record = try self.record(plan, gallery)
    let path = try folder ?? AuditRun.folderName(record)
    let archive =
      savesExamples ? AdversarialArchive(in: path, storesPictures: plan.storesPictures) : nil
    let auditor = try RetrievalAuditor(plan, gallery: gallery, archive: archive)
    for requirement in requirements { try requirement.check(record) }
    if isDryRun {
      try DryRun(
        plan: plan, record: record, folder: path, data: set, preparation: model.preparation,
        limit: limit, gallery: gallery
      ).show(console)
      return nil
    }
    let session = AuditSession(
      title: "audit", data: set, preparation: model.preparation, plan: record, folder: path,
      session: AuditRun.session(command, model: model, batchSize: batchSize, limit: limit),
      job: job, limit: limit, batchSize: batchSize, strict: strict, console: console)
    let found = try session.run(
      { try auditor.run($0, deliver: $1) },
      checks: { _ in Checklist.notRun("they are made for audits of classification") }
    ) { summary, samples in
      summary.retrieval = try RetrievalTally(samples, gallery: gallery, plan: record).summary()
    }
    guard let summary = found else { return nil }
    if savesExamples {
      try SavedExamples.writeManifest(
        in: path, of: .pairs(pairs.partners), pictures: plan.storesPictures)
    }
    job?.release()
    let report = RetrievalReport(plan: record, summary: summary)
    return (report ?? AuditReport(plan: record, summary: summary), path, summary)
  }

  /// The attacks that the model's defence must face, and that were not asked for anyway.
  private var adaptive: [(recipe: AttackRecipe, search: DefenseStack?)] {
    let own = Set(attacks.map(\.name))
    return model.adaptiveAttacks(steps: adaptiveSteps).filter { !own.contains($0.recipe.name) }
  }

  /// Refuses attacks that cannot be made on inputs of this kind, or that aim at an embedding.
  private func checkAttacks() throws(UsageError) {
    for recipe in attacks {
      try recipe.attack.check(model.encoder.input)
      guard !recipe.needsGoal else {
        throw UsageError(
          "\(recipe.name) aims at an embedding, and retrieval has none to aim at",
          hint: "crossfire aims at the hardest entry of the gallery")
      }
    }
  }

  // MARK: Records

  private func record(_ plan: AuditPlan, _ gallery: Gallery) throws -> PlanRecord {
    let input = model.encoder.input
    var protocols = [ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: [])]
    protocols.append(
      ProtocolRecord(
        name: AuditProtocol.transfer.rawValue, attacks: [],
        omitted: "retrieval is attacked white-box alone"))
    for name in [AuditProtocol.whiteBox, .adaptive] {
      let attacks = try (plan.attacks[name] ?? []).map { recipe in
        var record = try AuditRun.record(recipe, .firstSuccess)
        record.stop = "fullBudget, then firstSuccess for each rank"
        return record
      }
      protocols.append(
        ProtocolRecord(
          name: name.rawValue, attacks: attacks,
          omitted: attacks.isEmpty ? "the model has no defence to adapt to" : nil))
    }
    return PlanRecord(
      holdfast: HoldfastCommand.version, model: model.record, transferModel: nil,
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
      budgets: budgets.rawValue, precision: "float32", seed: seed,
      retrieval: RetrievalPlanRecord(
        side: side, partners: gallery.queries, distractors: gallery.count - gallery.queries,
        file: galleryFile, sha256: try galleryFile.map { try Checksum.sha256(ofFileAt: $0) }))
  }
}
