import Foundation
import Holdfast

/// One audit from loaded models to a finished run folder: what `audit` and `demo` share.
struct AuditRun {
  let model: ModelSource
  let transferSource: ModelSource?
  var data: any DataSet
  let classes: [String]
  let templates: PromptTemplates
  /// What stands for the classes; none for the means of prompts.
  var anchors: AnchorFile?
  var attacks: [AttackRecipe]
  /// The steps of the attacks that a defence asks for.
  var adaptiveSteps = 100
  var norm: Norm
  var radii: [Radius]
  /// What attacks with a goal aim at.
  var goal: GoalFile?
  /// The class that samples are pushed towards, as it was written and as it is meant.
  var target: (text: String, rule: TargetRule)?
  var budgets = Budgets.nested
  var precision = SearchPrecision.float32
  /// Whether adversarial inputs are kept in the run folder.
  var savesExamples = false
  /// The most samples that are kept to be looked at.
  var gallerySamples = 8
  /// The protocols that were asked for; none for all that make sense.
  var protocols: Set<AuditProtocol>?
  /// Whose way of evaluating it follows; none for the model's and the data's own.
  var preset: EvaluationPreset?
  /// Whether its attacks are checked.
  var checks = CheckChoice.off("not asked for")
  var limit: Int?
  var batchSize: Int
  var seed: UInt64
  /// Whether a file that cannot be decoded stops the run.
  var strict = false
  /// The job that this process is part of; none where it is alone.
  var job: RankGroup?
  /// Whether the cost is measured and nothing else done.
  var isDryRun = false
  /// What must be measured, as gates are about it.
  var requirements: [Requirement] = []

  /// Runs what is left of the audit in `folder`, or in a folder named by the plan.
  ///
  /// - Returns: what was found; nil on all processes of a job but the first, and where only the cost is
  ///   measured.
  func run(
    in folder: String?, command: [String], title: String, console: Console
  ) throws -> (report: AuditReport, folder: String, plan: PlanRecord, summary: SummaryRecord)? {
    let bare = try model.bare(classes: classes, templates: templates, anchors: anchors)
    let subject = try model.defended(bare, classes: classes)
    let source = try transferSubject(bare: bare)
    let adaptive = model.adaptiveAttacks(steps: adaptiveSteps)
    let recipes = try self.recipes(hasSource: source != nil, adaptive: adaptive.map(\.recipe))
    var plan = AuditPlan(
      subject: subject, transferSource: source, goal: goal?.embedding, norm: norm, radii: radii,
      budgets: budgets,
      slots: batchSize, seed: seed)
    plan.target = target?.rule
    for (name, entry) in recipes where entry.omitted == nil {
      try checkAttacks(entry.recipes)
      plan.attacks[name] = entry.recipes
    }
    plan.precision = precision
    if plan.attacks[.adaptive] != nil {
      plan.substitutes = try model.substitutes(for: adaptive, bare: bare, classes: classes)
    }
    if precision != .float32 {
      let half = Subject(encoder: try model.sense.encoder(in: .bfloat16), head: bare.head)
      plan.search = try model.defended(half, classes: classes)
    }
    try plan.check()
    let record = try self.record(plan, recipes)
    let path = try folder ?? Self.folderName(record)
    let preparation = try preparation
    for requirement in requirements { try requirement.check(record) }
    if isDryRun {
      try DryRun(
        plan: plan, record: record, folder: path, data: data, preparation: preparation,
        limit: limit, checks: checks
      ).show(console)
      return nil
    }
    let archive =
      savesExamples ? AdversarialArchive(in: path, storesPictures: plan.storesPictures) : nil
    let session = AuditSession(
      title: title, data: data, preparation: preparation, plan: record, folder: path,
      session: Self.session(command, model: model, batchSize: batchSize, limit: limit), job: job,
      limit: limit, batchSize: batchSize, strict: strict, console: console)
    let shown = GallerySource(size: gallerySamples, model: model, data: data)
    let found = try session.run(
      { next, deliver in
        let gallery = try shown.gallery(in: path, shard: job?.shard, plan: plan)
        try Auditor(plan, archive: archive, gallery: gallery).run(next, deliver: deliver)
      },
      checks: {
        try checks.checklist(
          of: plan, $0, data, preparation, limit: limit, title: title, console: console)
      })
    guard let summary = found else { return nil }
    if savesExamples {
      try SavedExamples.writeManifest(
        in: path, of: .classes(classes), pictures: plan.storesPictures)
    }
    job?.release()
    return (AuditReport(plan: record, summary: summary), path, record, summary)
  }

  /// How files become the model's inputs.
  private var preparation: any Preparation {
    get throws { try preset?.preparation(of: model.preparation) ?? model.preparation }
  }

  // MARK: What is run

  /// A protocol's attacks, or why it is not run.
  private struct Entry {
    var recipes: [AttackRecipe] = []
    var omitted: String?
  }

  /// The model that transfer examples are made on: the one that was named, as it stands and with a
  /// head of its own, or the undefended base of a bundle.
  private func transferSubject(bare: Subject) throws -> Subject? {
    guard let transferSource else {
      return model.defenses == nil ? nil : try model.placed(bare)
    }
    let source = try transferSource.subject(
      classes: classes, templates: templates, anchors: anchors)
    let (theirs, ours) = (source.encoder.input, model.encoder.input)
    guard theirs == ours else {
      throw UsageError(
        "the model of --transfer-from takes inputs of \(theirs.shape), and the audited one "
          + "\(ours.shape)", hint: "name a model of the same input size")
    }
    return source
  }

  private func recipes(
    hasSource: Bool, adaptive: [AttackRecipe]
  ) throws -> [(AuditProtocol, Entry)] {
    let all = AuditProtocol.allCases.filter { $0 != .clean && $0 != .transferPNG }
    return all.map { name in
      if let protocols, !protocols.contains(name) { return (name, Entry(omitted: "not asked for")) }
      switch name {
      case .transfer where !hasSource:
        return (
          name,
          Entry(omitted: "there is no undefended base; name another model with --transfer-from")
        )
      case .adaptive:
        guard model.defenses != nil else {
          return (name, Entry(omitted: "the model has no defence to adapt to"))
        }
        return (name, Entry(recipes: aimed(adaptive)))
      default:
        return (name, Entry(recipes: attacks))
      }
    }
  }

  // MARK: Records

  private func record(
    _ plan: AuditPlan, _ recipes: [(AuditProtocol, Entry)]
  ) throws -> PlanRecord {
    var protocols = [ProtocolRecord(name: AuditProtocol.clean.rawValue, attacks: [])]
    for (name, entry) in recipes {
      let stop = plan.stop(of: name, keepsExamples: savesExamples)
      let attacks = try entry.recipes.map { recipe in
        var record = try Self.record(recipe, stop)
        if plan.searchesInBFloat16(recipe, in: name) {
          record.precision = SearchPrecision.bfloat16.rawValue
        }
        return record
      }
      protocols.append(
        ProtocolRecord(name: name.rawValue, attacks: attacks, omitted: entry.omitted))
      if name == .transfer, entry.omitted == nil {
        let isRun = plan.recorded.contains(.transferPNG)
        protocols.append(
          ProtocolRecord(
            name: AuditProtocol.transferPNG.rawValue, attacks: attacks,
            omitted: isRun ? nil : "the inputs are no pictures"))
      }
    }
    let base = (model.defenses?.checkpoint).map {
      ModelRecord(path: $0.path, files: $0.files, defense: nil)
    }
    let input = model.encoder.input
    return PlanRecord(
      holdfast: HoldfastCommand.version, model: model.record,
      transferModel: plan.attacks[.transfer] == nil ? nil : transferSource?.record ?? base,
      data: DataRecord(
        path: data.path, layout: data.layout, listing: data.listing,
        preprocessing: try Self.spell(preparation), split: data.split,
        subsample: data.subsample.map(SubsampleRecord.init)),
      classes: classes,
      templates: anchors?.path == nil && model.model.text != nil ? templates.texts : [],
      anchors: try anchors?.record(),
      attackSpace: AttackSpaceRecord(
        place: model.place.name, sense: model.modality.rawValue, shape: input.shape,
        unit: input.unit),
      norm: norm.rawValue, radii: plan.radii.map(\.description), protocols: protocols,
      goal: goal?.checksum, target: target?.text, budgets: budgets.rawValue,
      precision: precision.rawValue, seed: seed,
      preset: preset?.name)
  }

  /// What a record says about an attack.
  static func record(
    _ recipe: AttackRecipe, _ stop: StopRule
  ) throws -> AttackRecord {
    let settings = try json(recipe.objective)
    return AttackRecord(
      name: recipe.name,
      objective: type(of: recipe.objective).name + (settings == "{}" ? "" : " \(settings)"),
      parameters: try json(recipe.attack), restarts: recipe.restarts,
      targets: recipe.targets > 0 ? recipe.targets : nil, stop: stop.rawValue)
  }

  /// What a record says about a session that begins now.
  static func session(
    _ command: [String], model: ModelSource, batchSize: Int, limit: Int?
  ) -> SessionRecord {
    SessionRecord(
      command: command, directory: FileManager.default.currentDirectoryPath,
      began: Date().ISO8601Format(), device: model.encoder.device.description,
      threads: Torch.threadCount, batchSize: batchSize, limit: limit,
      engine: "libtorch \(Torch.version) \(Torch.cpuCapability)")
  }

  /// `runs/<model>-<data>-<eight digits of the plan>`: the same plan finds its folder again.
  static func folderName(_ plan: PlanRecord) throws -> String {
    let digits = Checksum.sha256(of: Array(try json(plan).utf8)).prefix(8)
    let names = [plan.model.path, plan.data.path].map { path in
      String(
        PathParts.name(of: path).map { $0.isLetter || $0.isNumber ? $0 : "-" })
    }
    return "runs/\(names.joined(separator: "-"))-\(digits)"
  }

  /// A preparation as a record spells it: its kind, and its settings as JSON.
  static func spell(_ preparation: any Preparation) throws -> String {
    "\(type(of: preparation)) \(try json(preparation))"
  }

  /// A value as JSON on one line, its keys sorted.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension AuditPlan {
  /// Refuses radii that no unit of this space can mean.
  func check() throws(UsageError) {
    guard !radii.isEmpty else {
      throw UsageError("an audit needs at least one radius", hint: "give some with --epsilon")
    }
    let input = subject.encoder.input
    guard let range = input.range else { return }
    let side = Double(range.upperBound - range.lowerBound)
    let widest =
      switch norm {
      case .linf: side
      case .l2: side * Double(input.count).squareRoot()
      case .l1: side * Double(input.count)
      }
    for radius in radii where radius.value > widest {
      throw UsageError(
        "a radius of \(radius) reaches across the whole \(input.unit)",
        hint: radius.description.contains("/")
          ? "give a smaller one" : "did you mean \(radius)/255?")
    }
  }
}
