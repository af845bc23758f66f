import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastMedia
import HoldfastRecords

/// A request for retrieval, resolved.
struct ResolvedRetrieval: ResolvedTask {
  let request: AuditRequest
  let model: ModelSource
  let bare: Subject
  let data: any DataSet
  let attacks: [AttackRecipe]

  /// The pairs, with the attacked side first.
  private let pairs: PairManifest
  /// Distractors from a file; nil for none.
  private let stored: StoredEmbeddings?
  private let index: RetrievalIndex

  /// The audit of a request.
  init(_ request: AuditRequest, by engine: Engine) throws {
    pairs = try request.attackedPairs()
    model = try engine.load(request.model, modality: pairs.modality)
    attacks = try request.recipes()
    try model.check(attacks)
    if let recipe = attacks.first(where: \.needsGoal) {
      throw UsageError(
        "\(recipe.name) aims at an embedding, and retrieval has none to aim at",
        hint: "crossfire aims at the hardest entry of the index", option: "attack")
    }
    let width = model.encoder.embeddingWidth
    stored = try request.index.map { path in
      try about(fileOf: "index") { try StoredEmbeddings(at: path, width: width) }
    }
    index = try RetrievalIndex(of: pairs, stored: stored, by: model)
    bare = try model.ranking(index)
    data = try pairs.set()
    self.request = request
  }

  var preparation: any Preparation { model.preparation }
  var savedNames: SavedExamples.Names { .pairs(pairs.partners) }

  /// The source ranks its own embeddings of the partners, beside distractors of its own space.
  func bare(of source: ModelSource) throws -> Subject {
    let others = request.transferFrom == nil ? stored : nil
    return try source.ranking(RetrievalIndex(of: pairs, stored: others, by: source))
  }

  /// All but those that are among the white-box attacks already and search in the same model.
  func adaptive(
    _ attacks: [ModelSource.AdaptiveSearch]
  ) throws -> [ModelSource.AdaptiveSearch] {
    guard request.asks(for: .whiteBox) else { return attacks }
    let known = Set(try self.attacks.map { try AttackRecord($0, stop: "") })
    return try attacks.filter {
      try $0.search != nil || !known.contains(AttackRecord($0.recipe, stop: ""))
    }
  }

  func task(_ plan: AuditPlan) throws -> any AuditTask { try Retrieval(plan, index: index) }

  func stop(of recipe: AttackRecipe, in name: AuditProtocol, of plan: AuditPlan) -> String {
    if name == .transfer { return StopRule.fullBudget.rawValue }
    return recipe.isScreen
      ? "firstSuccess for each rank" : "fullBudget, then firstSuccess for each rank"
  }

  func dataRecord() throws -> DataRecord {
    DataRecord(
      path: pairs.path, layout: pairs.layout, listing: try pairs.listing(),
      preprocessing: try recorded(preparation), split: pairs.split,
      subsample: pairs.subsample.map(SubsampleRecord.init),
      missing: pairs.missing.isEmpty ? nil : pairs.missing)
  }

  /// The attacked side and the retrieval index.
  func complete(_ record: inout PlanRecord) throws {
    record.retrieval = RetrievalPlanRecord(
      side: (request.side ?? .input).rawValue, partners: index.queries,
      distractors: index.count - index.queries, file: request.index,
      sha256: try request.index.map { try Checksum.sha256(ofFileAt: $0) })
  }
}

extension AuditRequest {
  /// The pairs with the attacked side first.
  ///
  /// - Throws: `UsageError` for a side that cannot be attacked, `DataError` for a bad manifest.
  fileprivate func attackedPairs() throws -> PairManifest {
    guard let pairs else {
      throw UsageError(
        "an audit of retrieval needs pairs", hint: "give a .csv with input,caption with --pairs",
        option: "pairs")
    }
    let opened = try about(fileOf: "pairs") {
      let argument = try DataArgument(pairs)
      return try openPairs(
        at: argument.path, modality: argument.modality, split: selection.split)
    }
    let manifest = side == .partner ? opened.swapped : opened
    guard manifest.inputs.kind == .files else {
      throw UsageError(
        "the partners in `\(pairs)` are captions, and text is not attacked yet",
        hint: "attack the other side with --side input", option: "side")
    }
    return try selection.taken(from: manifest)
  }
}

extension ModelSource {
  /// The undefended model as one that ranks the entries of an index.
  fileprivate func ranking(_ index: RetrievalIndex) throws -> Subject {
    sense.subject(try index.head(scale: sense.scale, for: sense.encoder))
  }
}
