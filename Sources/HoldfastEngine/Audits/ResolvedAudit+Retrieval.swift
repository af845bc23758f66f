import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastRecords

extension ResolvedAudit {
  /// The audit of a request for retrieval.
  static func retrieval(
    _ request: AuditRequest, by engine: Engine, job: RankGroup?
  ) throws -> ResolvedAudit {
    let pairs = try attackedPairs(request)
    let model = try engine.load(request.model, modality: pairs.modality)
    let stored = try request.gallery.map {
      try StoredEmbeddings(at: $0, width: model.encoder.embeddingWidth)
    }
    let gallery = try Gallery(of: pairs, stored: stored, by: model)
    let attacks = try request.recipes()
    for recipe in attacks {
      try recipe.attack.check(model.encoder.input)
      guard !recipe.needsGoal else {
        throw UsageError(
          "\(recipe.name) aims at an embedding, and retrieval has none to aim at",
          hint: "crossfire aims at the hardest entry of the gallery", option: "attack")
      }
    }
    var plan = AuditPlan(
      subject: Subject(
        encoder: model.encoder,
        head: try gallery.head(scale: model.sense.scale, for: model.encoder)),
      norm: request.norm, radii: request.radii, budgets: request.budgets,
      slots: try request.batchSize.count(for: model.encoder, engine.observer),
      seed: request.seed)
    // A screen searches in bfloat16, which is for audits of classification.
    plan.attacks = [
      .whiteBox: attacks.filter { !$0.isScreen },
      .adaptive: adaptive(request, of: model, beside: attacks),
    ]
    try plan.checkRadii()

    let record = PlanRecord(
      holdfast: Version.number, model: model.record, transferModel: nil,
      data: DataRecord(
        path: pairs.path, layout: pairs.layout, listing: try pairs.listing(),
        preprocessing: try recorded(model.preparation), split: pairs.split,
        subsample: pairs.subsample.map(SubsampleRecord.init),
        missing: pairs.missing.isEmpty ? nil : pairs.missing),
      classes: [], templates: [], attackSpace: AttackSpaceRecord(model),
      norm: request.norm.rawValue, radii: plan.radii.map(\.description),
      protocols: try records(of: plan), budgets: BudgetsRecord(request.budgets),
      precision: SearchPrecision.float32.rawValue, seed: request.seed,
      retrieval: RetrievalPlanRecord(
        side: (request.side ?? .input).rawValue, partners: gallery.queries,
        distractors: gallery.count - gallery.queries, file: request.gallery,
        sha256: try request.gallery.map { try Checksum.sha256(ofFileAt: $0) }))
    for gate in try request.gates() { try gate.check(record) }
    return ResolvedAudit(
      request: request, title: "audit", isAlone: true, model: model, data: try pairs.set(),
      preparation: model.preparation, matter: .pairs(pairs, gallery), plan: plan,
      checks: .off("they are made for audits of classification"), record: record,
      folder: try request.output ?? record.defaultFolder(), job: job)
  }

  /// The pairs with the attacked side first.
  ///
  /// - Throws: `UsageError` for a side that cannot be attacked, `DataError` for a bad manifest.
  private static func attackedPairs(_ request: AuditRequest) throws -> PairManifest {
    guard let pairs = request.pairs else {
      throw UsageError(
        "an audit of retrieval needs pairs", hint: "give a .csv with input,caption with --pairs",
        option: "pairs")
    }
    let argument = try DataArgument(pairs)
    let opened = try openPairs(
      at: argument.path, modality: argument.modality, split: request.selection.split)
    let manifest = request.side == .partner ? opened.swapped : opened
    guard manifest.inputs.kind == .files else {
      throw UsageError(
        "the partners in `\(pairs)` are captions, and text is not attacked yet",
        hint: "attack the other side with --side input", option: "side")
    }
    return try request.selection.taken(from: manifest)
  }

  /// The attacks that the model's defence must face, and that were not asked for anyway.
  private static func adaptive(
    _ request: AuditRequest, of model: ModelSource, beside attacks: [AttackRecipe]
  ) -> [AttackRecipe] {
    let own = Set(attacks.map(\.name))
    return
      (model.bundle?.defense.adaptiveAttacks(
        on: model.encoder.input, steps: request.adaptiveSteps) ?? [])
      .filter { !own.contains($0.name) }
  }

  private static func records(of plan: AuditPlan) throws -> [ProtocolRecord] {
    let omitted = PlannedProtocol(name: .transfer, omitted: "retrieval is attacked white-box alone")
    let run = [AuditProtocol.whiteBox, .adaptive].map { name in
      let recipes = plan.attacks[name] ?? []
      return PlannedProtocol(
        name: name, recipes: recipes,
        omitted: recipes.isEmpty ? "the model has no defence to adapt to" : nil)
    }
    return [ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: [])]
      + (try ([omitted] + run).map {
        try $0.record(in: plan, stop: "fullBudget, then firstSuccess for each rank")
      })
  }
}
