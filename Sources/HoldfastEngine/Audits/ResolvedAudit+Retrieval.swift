import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor

extension ResolvedAudit {
  /// The audit of a request for retrieval.
  static func retrieval(
    _ request: AuditRequest, by engine: Engine, job: RankGroup?
  ) throws -> ResolvedAudit {
    let pairs = try attackedPairs(request)
    let model = try engine.load(request.model, modality: pairs.modality)
    let attacks = try request.recipes()
    for recipe in attacks {
      try recipe.attack.check(model.encoder.input)
      guard !recipe.needsGoal else {
        throw UsageError(
          "\(recipe.name) aims at an embedding, and retrieval has none to aim at",
          hint: "crossfire aims at the hardest entry of the index", option: "attack")
      }
    }
    let stored = try request.index.map {
      try StoredEmbeddings(at: $0, width: model.encoder.embeddingWidth)
    }
    let index = try RetrievalIndex(of: pairs, stored: stored, by: model)
    let encoder = model.sense.encoder
    let bare = model.sense.subject(try index.head(scale: model.sense.scale, for: encoder))
    var plan = AuditPlan(
      subject: try model.defended(bare, classes: nil), norm: request.norm,
      radii: request.radii, budgets: request.budgets,
      slots: try request.batchSize.count(for: model.encoder, engine.observer),
      seed: request.seed)
    plan.precision = request.precision
    if request.precision != .float32 {
      let half = try model.bare(in: .bfloat16, under: bare.head)
      plan.search = try model.defended(half, classes: nil)
    }
    let isTransferred = request.protocols.isEmpty || request.protocols.contains(.transfer)
    let transferModel = isTransferred ? try model.transferModel(request) : nil
    plan.transferSource = try transferModel.map {
      try $0.ranking(pairs, beside: request.transferFrom == nil ? stored : nil)
    }
    let isWhiteBox = request.protocols.isEmpty || request.protocols.contains(.whiteBox)
    let known = isWhiteBox ? Set(try attacks.map { try AttackRecord($0, stop: "") }) : []
    // An attack is left out only when the very same one searches in the same model.
    let adaptive = try model.adaptiveAttacks(steps: request.adaptiveSteps).filter {
      try $0.search != nil || !known.contains(AttackRecord($0.recipe, stop: ""))
    }
    plan.substitutes = try model.substitutes(for: adaptive, bare: bare, classes: nil)
    let protocols = PlannedProtocol.all(
      request, attacks, adaptive: model.defenses == nil ? nil : adaptive.map(\.recipe),
      hasSource: transferModel != nil)
    for entry in protocols where entry.omitted == nil {
      plan.attacks[entry.name] = entry.recipes
    }
    try plan.checkRadii()

    let record = PlanRecord(
      holdfast: HoldfastVersion.number, model: model.record,
      transferModel: plan.attacks[.transfer] == nil ? nil : transferModel?.record,
      data: DataRecord(
        path: pairs.path, layout: pairs.layout, listing: try pairs.listing(),
        preprocessing: try recorded(model.preparation), split: pairs.split,
        subsample: pairs.subsample.map(SubsampleRecord.init),
        missing: pairs.missing.isEmpty ? nil : pairs.missing),
      classes: [], templates: [], attackSpace: AttackSpaceRecord(model),
      norm: request.norm.rawValue, radii: plan.radii.map(\.description),
      protocols: try PlannedProtocol.records(of: protocols, in: plan, stop: stop),
      budgets: BudgetsRecord(request.budgets), precision: request.precision.rawValue,
      seed: request.seed,
      retrieval: RetrievalPlanRecord(
        side: (request.side ?? .input).rawValue, partners: index.queries,
        distractors: index.count - index.queries, file: request.index,
        sha256: try request.index.map { try Checksum.sha256(ofFileAt: $0) }))
    for gate in try request.gates() { try gate.check(record) }
    return ResolvedAudit(
      request: request, title: "audit", isAlone: true, model: model,
      transferModel: transferModel, data: try pairs.set(), preparation: model.preparation,
      task: try Retrieval(plan, index: index), savedNames: .pairs(pairs.partners),
      checks: request.checks, record: record,
      folder: try request.output ?? record.defaultFolder(), job: job)
  }

  /// How a record calls the rule by which an input leaves the searches of an attack.
  private static func stop(_ recipe: AttackRecipe, _ name: AuditProtocol) -> String {
    if name == .transfer { return StopRule.fullBudget.rawValue }
    return recipe.isScreen
      ? "firstSuccess for each rank" : "fullBudget, then firstSuccess for each rank"
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
}

extension ModelSource {
  /// This model as one that transfer inputs are made on: it ranks its own embeddings of the partners.
  ///
  /// - Parameter stored: distractors of the same space; nil for none.
  fileprivate func ranking(
    _ pairs: PairManifest, beside stored: StoredEmbeddings?
  ) throws -> Subject {
    let index = try RetrievalIndex(of: pairs, stored: stored, by: self)
    let encoder = sense.encoder
    let bare = sense.subject(try index.head(scale: sense.scale, for: encoder))
    return try defended(bare, classes: nil)
  }
}
