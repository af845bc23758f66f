import Foundation
import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastErrors
import HoldfastMedia
import HoldfastRecords
import HoldfastTensor
import HoldfastText

/// A request for classification, resolved for one modality and its data.
struct ResolvedClassification: ResolvedTask {
  let request: AuditRequest
  let model: ModelSource
  let bare: Subject
  let data: any DataSet
  let preparation: any Preparation
  let attacks: [AttackRecipe]
  let target: TargetRule?
  let checks: CheckChoice
  let isAlone: Bool
  let output: String?

  private let shared: ClassificationMaterials
  private let names: [String]
  private let templates: PromptTemplates

  /// The audit of one modality on one of the data sets.
  init(
    of model: ModelSource, on argument: DataArgument, _ request: AuditRequest,
    _ shared: ClassificationMaterials, observer: any RunObserver
  ) throws {
    let (preset, modality) = (shared.preset, model.modality)
    let whole = try about(fileOf: "data") {
      try argument.open(request.selection, classes: shared.classes, for: modality)
    }
    whole.remarks.forEach(observer.say)
    let set = try model.withOwnClasses(
      preset?.subsample.map(whole.taking) ?? whole, names: shared.classes,
      anchors: shared.anchors)
    let amount = set.count.map { ", \(counted($0, "sample"))" } ?? ""
    observer.detail("\(set.path): \(set.layout)\(amount) of the modality \(modality.rawValue)")
    let names = try set.namedClasses(set is RelabelledSet ? nil : shared.classes)
    templates =
      try preset?.templates(of: set)
      ?? promptTemplates(file: request.templates, of: set, for: modality)
    preparation = try preset?.preparation(of: model.preparation) ?? model.preparation
    bare = try model.bare(classes: names, templates: templates, anchors: shared.anchors)

    let aim = try request.aim(among: names)
    target = aim.target
    attacks = aim.attacks
    checks = aim.checks
    data = if case .label(let label) = aim.target { set.leavingOut(class: label) } else { set }
    try model.check(attacks)
    try shared.goal.check(attacks, of: model)

    self.request = request
    self.model = model
    self.shared = shared
    self.names = names
    isAlone = shared.isAlone
    output = request.output.map {
      shared.isAlone ? $0 : "\($0)/\(argument.folder(for: modality))"
    }
  }

  var classes: [String]? { names }
  var goal: GoalFile? { shared.goal }
  var seed: UInt64 { shared.preset?.seed ?? request.seed }
  var savedNames: SavedExamples.Names { .classes(names) }

  func bare(of source: ModelSource) throws -> Subject {
    try source.bare(classes: names, templates: templates, anchors: shared.anchors)
  }

  /// Those that can aim at the target class, if there is one.
  func adaptive(_ attacks: [ModelSource.AdaptiveSearch]) -> [ModelSource.AdaptiveSearch] {
    guard target != nil else { return attacks }
    return attacks.compactMap { attack in
      (try? attack.recipe.towardsTarget()).map { (recipe: $0, search: attack.search) }
    }
  }

  func task(_ plan: AuditPlan) -> any AuditTask { Classification(plan) }

  func stop(of recipe: AttackRecipe, in name: AuditProtocol, of plan: AuditPlan) -> String {
    plan.stop(of: name, keepsExamples: request.saveAdversarial).rawValue
  }

  func dataRecord() throws -> DataRecord {
    DataRecord(
      path: data.path, layout: data.layout, listing: data.listing,
      preprocessing: try recorded(preparation), split: data.split,
      subsample: data.subsample.map(SubsampleRecord.init))
  }

  /// The prompts, if the model reads any, or the anchors in their place; and the preset.
  func complete(_ record: inout PlanRecord) throws {
    if shared.anchors?.path == nil, model.model.text != nil { record.templates = templates.texts }
    record.anchors = try shared.anchors?.record()
    record.preset = shared.preset?.name
  }
}

extension AuditRequest {
  /// The target class, the attacks towards it, and the checks that are left, which are about untargeted
  /// attacks.
  fileprivate func aim(
    among classes: [String]
  ) throws(UsageError) -> (target: TargetRule?, attacks: [AttackRecipe], checks: CheckChoice) {
    let attacks = try recipes()
    guard let text = target else { return (nil, attacks, checks) }
    let rule = try about("target") { () throws(UsageError) in
      try TargetRule(text, classes: classes)
    }
    var aimed: [AttackRecipe] = []
    for attack in attacks { aimed.append(try attack.towardsTarget()) }
    guard case .run = checks else { return (rule, aimed, checks) }
    return (rule, aimed, .off("they are about attacks without a target"))
  }
}

extension GoalFile? {
  /// Refuses attacks that aim at an embedding when there is none, or one of another width.
  fileprivate func check(_ recipes: [AttackRecipe], of model: ModelSource) throws(UsageError) {
    guard let recipe = recipes.first(where: \.needsGoal) else { return }
    guard let goal = self else {
      throw UsageError(
        "\(recipe.name) aims at an embedding, and none is given",
        hint: "give one with --goal; `holdfast embed --output` writes it", option: "attack")
    }
    let width = goal.embedding.shape[1]
    guard width == model.encoder.embeddingWidth else {
      throw UsageError(
        "the embedding of --goal has \(counted(width, "number")), and those of the model "
          + "\(model.encoder.embeddingWidth)", hint: "make it with the audited model",
        option: "goal")
    }
  }
}

extension DataSet {
  /// The names of the classes, of which there are at least two.
  ///
  /// - Parameter given: names that stand for the set's own; nil when none are given.
  fileprivate func namedClasses(_ given: [String]?) throws -> [String] {
    guard let names = given ?? classNames else {
      throw UsageError(
        "`\(path)` does not name its classes",
        hint: "give a file with one name per line with --classes", option: "data")
    }
    if let own = classNames, own.count != names.count {
      throw UsageError(
        "--classes names \(counted(names.count, "class", "classes")), but `\(path)` has \(own.count)",
        hint: "write one line per class, in the order of the labels", option: "classes")
    }
    guard names.count > 1 else {
      throw UsageError(
        "`\(path)` has one class, so there is nothing to confuse it with",
        hint: "give a folder with a folder per class, or more names with --classes",
        option: "data")
    }
    return try ClassNames(names).names
  }
}
