import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastRecords
import HoldfastTensor

extension ResolvedAudit {
  /// The audit around a task: the models that it needs, the plan, and its record.
  ///
  /// - Throws: a `UserFacingError` for a request that cannot be met.
  init(_ task: some ResolvedTask, by engine: Engine, job: RankGroup?) throws {
    let (request, model) = (task.request, task.model)
    let transferModel = request.asks(for: .transfer) ? try model.transferModel(request) : nil
    var plan = AuditPlan(
      subject: try model.defended(task.bare, classes: task.classes),
      transferSource: try transferModel.map {
        try $0.defended(task.bare(of: $0), classes: task.classes)
      }, goal: task.goal?.embedding, norm: request.norm, radii: request.radii,
      budgets: request.budgets,
      slots: try request.batchSize.count(for: model.encoder, engine.observer), seed: task.seed)
    plan.target = task.target
    plan.precision = request.precision
    if request.precision != .float32 {
      let half = try model.bare(in: .bfloat16, under: task.bare.head)
      plan.search = try model.defended(half, classes: task.classes)
    }
    let adaptive = try task.adaptive(model.adaptiveAttacks(steps: request.adaptiveSteps))
    try model.check(adaptive.map(\.recipe))
    plan.substitutes = try model.substitutes(
      for: adaptive, bare: task.bare, classes: task.classes)
    let protocols = PlannedProtocol.all(
      request, task.attacks, adaptive: model.defenses == nil ? nil : adaptive.map(\.recipe),
      hasSource: transferModel != nil)
    for entry in protocols where entry.omitted == nil {
      plan.attacks[entry.name] = entry.recipes
    }
    try plan.checkRadii()
    let record = try PlanRecord(task, plan, protocols, transferModel: transferModel)
    for gate in try request.gates() { try gate.check(record) }
    try self.init(
      request: request, title: task.isAlone ? "audit" : model.modality.rawValue,
      isAlone: task.isAlone, model: model, transferModel: transferModel, data: task.data,
      preparation: task.preparation, task: task.task(plan), savedNames: task.savedNames,
      checks: task.checks, record: record, folder: task.output ?? record.defaultFolder(),
      job: job)
  }
}

extension PlanRecord {
  /// What a record says about a plan and its task.
  fileprivate init(
    _ task: some ResolvedTask, _ plan: AuditPlan, _ protocols: [PlannedProtocol],
    transferModel: ModelSource?
  ) throws {
    let (request, model) = (task.request, task.model)
    try self.init(
      holdfast: HoldfastVersion.number, model: model.record,
      transferModel: plan.attacks[.transfer] == nil ? nil : transferModel?.record,
      data: task.dataRecord(), classes: task.classes ?? [], templates: [],
      attackSpace: AttackSpaceRecord(model), norm: plan.norm.rawValue,
      radii: plan.radii.map(\.description),
      protocols: PlannedProtocol.records(of: protocols, in: plan) {
        task.stop(of: $0, in: $1, of: plan)
      }, goal: task.goal?.checksum, target: request.target,
      budgets: BudgetsRecord(plan.budgets), precision: plan.precision.rawValue, seed: plan.seed)
    try task.complete(&self)
  }
}

extension AuditRequest {
  /// Whether a protocol is to be run, as far as the request says.
  func asks(for name: AuditProtocol) -> Bool { protocols.isEmpty || protocols.contains(name) }
}

extension ModelSource {
  /// Refuses attacks that cannot be made on inputs of this kind.
  func check(_ recipes: [AttackRecipe]) throws {
    for recipe in recipes { try recipe.attack.check(encoder.input) }
  }
}
