import Foundation
import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastRecords
import HoldfastTensor
import HoldfastText

extension ResolvedAudit {
  /// The audits of a request for classification: one for each modality.
  static func classification(
    _ request: AuditRequest, by engine: Engine, job: RankGroup?
  ) throws -> [ResolvedAudit] {
    let preset = try request.evaluationPreset()
    let arguments = try request.data.flatMap { try DataArgument($0).bySense() }
    guard request.data.count == 1 || request.classes == nil else {
      throw UsageError(
        "--classes goes with one --data, and there are \(request.data.count)",
        hint: "give data that names its classes, or audit one at a time", option: "classes")
    }
    let classes = try request.classes.map {
      try ClassNames(contentsOf: URL(fileURLWithPath: $0)).names
    }
    let place = try AttackPlace(request.attackAt) {
      try arguments[0].open(request.selection, classes: classes, for: .image)
    }
    let model = try engine.load(request.model, modality: arguments[0].modality, at: place)
    let materials = Materials(
      preset: preset, classes: classes, anchors: try request.anchorFile(),
      goal: try request.goal.map(GoalFile.init(at:)), isAlone: arguments.count == 1)
    return try arguments.map { argument in
      try classification(
        of: model.sense(argument.modality ?? model.modality), on: argument, request, materials,
        by: engine, job: job)
    }
  }

  /// What the audits of all modalities share.
  private struct Materials {
    let preset: EvaluationPreset?
    /// The class names that were given.
    let classes: [String]?
    let anchors: AnchorFile?
    let goal: GoalFile?
    let isAlone: Bool
  }

  /// The audit of one modality on one of the data sets.
  private static func classification(
    of model: ModelSource, on argument: DataArgument, _ request: AuditRequest,
    _ materials: Materials, by engine: Engine, job: RankGroup?
  ) throws -> ResolvedAudit {
    let (preset, anchors, sense) = (materials.preset, materials.anchors, model.modality)
    let whole = try argument.open(request.selection, classes: materials.classes, for: sense)
    whole.remarks.forEach(engine.observer.say)
    var data = try model.withOwnClasses(
      preset?.subsample.map(whole.taking) ?? whole, names: materials.classes, anchors: anchors)
    engine.observer.detail(
      "\(data.path): \(data.layout)\(data.count.map { ", \($0) samples" } ?? "") of the modality "
        + sense.rawValue)
    let classes = try classNames(data is RelabelledSet ? nil : materials.classes, of: data)
    let templates =
      try preset?.templates(of: data)
      ?? promptTemplates(file: request.templates, of: data, for: sense)
    let preparation = try preset?.preparation(of: model.preparation) ?? model.preparation

    var attacks = try request.recipes()
    var checks = request.checks
    let target = try request.target.map { text in
      try about("target") { () throws(UsageError) in try TargetRule(text, classes: classes) }
    }
    if let target {
      attacks = try attacks.map { try $0.towardsTarget() }
      if case .label(let label) = target { data = data.leavingOut(class: label) }
      if case .run = checks { checks = .off("they are about attacks without a target") }
    }

    let bare = try model.bare(classes: classes, templates: templates, anchors: anchors)
    let transferModel = try model.transferModel(request)
    var plan = AuditPlan(
      subject: try model.defended(bare, classes: classes),
      transferSource: try transferModel?.subject(
        classes: classes, templates: templates, anchors: anchors),
      goal: materials.goal?.embedding, norm: request.norm, radii: request.radii,
      budgets: request.budgets,
      slots: try request.batchSize.count(for: model.encoder, engine.observer),
      seed: preset?.seed ?? request.seed)
    plan.target = target
    plan.precision = request.precision
    if request.precision != .float32 {
      let half = try model.bare(in: .bfloat16, under: bare.head)
      plan.search = try model.defended(half, classes: classes)
    }
    let adaptive = model.adaptiveAttacks(steps: request.adaptiveSteps)
    plan.substitutes = try model.substitutes(for: adaptive, bare: bare, classes: classes)
    // Of a defence's own attacks, those that can aim at the class when there is one.
    let own = adaptive.map(\.recipe).compactMap { target == nil ? $0 : try? $0.towardsTarget() }
    let protocols = PlannedProtocol.all(
      request, attacks, adaptive: model.defenses == nil ? nil : own,
      hasSource: plan.transferSource != nil)
    for entry in protocols where entry.omitted == nil {
      try check(entry.recipes, on: model, goal: materials.goal)
      plan.attacks[entry.name] = entry.recipes
    }
    try plan.checkRadii()

    let record = PlanRecord(
      holdfast: HoldfastVersion.number, model: model.record,
      transferModel: plan.attacks[.transfer] == nil ? nil : transferModel?.record,
      data: DataRecord(
        path: data.path, layout: data.layout, listing: data.listing,
        preprocessing: try recorded(preparation), split: data.split,
        subsample: data.subsample.map(SubsampleRecord.init)),
      classes: classes,
      templates: anchors?.path == nil && model.model.text != nil ? templates.texts : [],
      anchors: try anchors?.record(), attackSpace: AttackSpaceRecord(model),
      norm: request.norm.rawValue, radii: plan.radii.map(\.description),
      protocols: try PlannedProtocol.records(of: protocols, in: plan) {
        plan.stop(of: $1, keepsExamples: request.saveAdversarial).rawValue
      },
      goal: materials.goal?.checksum, target: request.target,
      budgets: BudgetsRecord(request.budgets),
      precision: request.precision.rawValue, seed: plan.seed, preset: preset?.name)
    for gate in try request.gates() { try gate.check(record) }
    let folder = request.output.map {
      materials.isAlone ? $0 : "\($0)/\(argument.folder(for: sense))"
    }
    return ResolvedAudit(
      request: request, title: materials.isAlone ? "audit" : sense.rawValue,
      isAlone: materials.isAlone, model: model, transferModel: transferModel, data: data,
      preparation: preparation, task: Classification(plan), savedNames: .classes(classes),
      checks: checks, record: record,
      folder: try folder ?? record.defaultFolder(), job: job)
  }

  // MARK: Parts

  /// Refuses attacks that cannot be made on inputs of this kind, or that lack what they aim at.
  private static func check(
    _ recipes: [AttackRecipe], on model: ModelSource, goal: GoalFile?
  ) throws(UsageError) {
    for recipe in recipes {
      try recipe.attack.check(model.encoder.input)
      guard recipe.needsGoal else { continue }
      guard let goal else {
        throw UsageError(
          "\(recipe.name) aims at an embedding, and none is given",
          hint: "give one with --goal; `holdfast embed --output` writes it", option: "attack")
      }
      let width = goal.embedding.shape[1]
      guard width == model.encoder.embeddingWidth else {
        throw UsageError(
          "the embedding of --goal has \(width) numbers, and those of the model "
            + "\(model.encoder.embeddingWidth)", hint: "make it with the audited model",
          option: "goal")
      }
    }
  }

  /// The names of the classes, of which there are at least two.
  private static func classNames(_ given: [String]?, of set: any DataSet) throws -> [String] {
    guard let names = given ?? set.classNames else {
      throw UsageError(
        "`\(set.path)` does not name its classes",
        hint: "give a file with one name per line with --classes", option: "data")
    }
    if let own = set.classNames, own.count != names.count {
      throw UsageError(
        "--classes names \(names.count) classes, but `\(set.path)` has \(own.count)",
        hint: "write one line per class, in the order of the labels", option: "classes")
    }
    guard names.count > 1 else {
      throw UsageError(
        "`\(set.path)` has one class, so there is nothing to confuse it with",
        hint: "give a folder with a folder per class, or more names with --classes",
        option: "data")
    }
    return try ClassNames(names).names
  }
}
