import Foundation
import Holdfast

extension AuditCommand {
  /// What the audits of all senses share.
  private struct Shared {
    let settings: Settings
    let preset: EvaluationPreset?
    /// The class names that were given.
    let classes: [String]?
    /// The model that transfer examples are made on, where one was named.
    let source: ModelSource?
    let goal: GoalFile?
  }

  /// Audits how often inputs are put into the right class, one run for each sense.
  func auditClassification(_ settings: Settings) throws {
    let console = settings.console
    let preset = try evaluationPreset()
    let arguments = try data.flatMap { try DataArgument($0).bySense() }
    guard let first = arguments.first else { return try checkData() }
    guard data.count == 1 || classes == nil else {
      throw UsageError(
        "--classes goes with one --data, and there are \(data.count)",
        hint: "give data that names its classes, or audit one at a time")
    }
    let given = try classes.map { try ClassNames(contentsOf: URL(fileURLWithPath: $0)).names }
    let place = try AttackPlace(attackAt) {
      try first.open(selection, classes: given, for: .image)
    }
    let model = try modelOptions.load(first.modality, at: place)
    let shared = Shared(
      settings: settings, preset: preset, classes: given, source: try transferSource(for: model),
      goal: try goal.map(GoalFile.init(at:)))
    let isAlone = arguments.count == 1
    var entries: [SensesReport.Entry] = []
    var folders: [String] = []
    for argument in arguments {
      let sense = try model.sense(argument.modality ?? model.modality)
      let run = try audit(of: sense, on: argument, shared)
      let folder = output.map {
        isAlone ? $0 : "\($0)/\(argument.folder(for: sense.modality))"
      }
      guard
        let result = try run.run(
          in: folder, command: Invocation.command,
          title: isAlone ? "audit" : sense.modality.rawValue, console: console)
      else { continue }
      if isAlone { try Self.show(result.report, result.summary, as: format, console) }
      try RunReport.write(for: result.folder, console)
      console.say("The run is in \(result.folder)")
      CheckChoice.warn(about: result.summary, console)
      folders.append(result.folder)
      entries.append(.init(plan: result.plan, summary: result.summary))
    }
    if entries.count > 1 {
      try Self.show(SensesReport(entries), entries.map(\.summary), as: format, console)
      try RunReport.write(folders, of: output, console)
    }
    let found = entries.map { (isAlone ? "" : $0.plan.attackSpace.sense, $0.summary) }
    if let error = GateError(settings.requirements, found) { throw error }
  }

  /// The audit of one sense on one of the data sets.
  private func audit(
    of sense: ModelSource, on argument: DataArgument, _ shared: Shared
  ) throws -> AuditRun {
    let (settings, preset, console) = (shared.settings, shared.preset, shared.settings.console)
    let whole = try argument.open(selection, classes: shared.classes, for: sense.modality)
    let set = try sense.withOwnClasses(
      preset?.subsample.map(whole.taking) ?? whole, names: shared.classes,
      anchors: anchors.file())
    console.detail(
      "\(set.path): \(set.layout)\(set.count.map { ", \($0) samples" } ?? "") of the sense "
        + sense.modality.rawValue)
    var run = AuditRun(
      model: sense, transferSource: try shared.source?.sense(sense.modality), data: set,
      classes: try Self.classNames(set is RelabelledSet ? nil : shared.classes, of: set),
      templates: try preset?.templates(of: set)
        ?? promptTemplates(file: templates, of: set, for: sense.modality),
      anchors: try anchors.file(besideTemplates: templates != nil),
      attacks: settings.attacks, norm: settings.norm, radii: settings.radii, goal: shared.goal,
      budgets: settings.budgets, precision: settings.precision, savesExamples: saveAdversarial,
      gallerySamples: gallery.gallerySamples, protocols: settings.protocols,
      transferCache: protocolOptions.cacheFolder, preset: preset,
      checks: settings.checks, limit: limit,
      batchSize: try batch.count(for: sense.encoder, console),
      seed: preset?.seed ?? seed, strict: selection.strict, job: settings.job,
      isDryRun: runOptions.dryRun, requirements: settings.requirements)
    try run.aim(at: targetOptions.target)
    return run
  }

  private func evaluationPreset() throws -> EvaluationPreset? {
    try presetOptions.parsed(
      [
        ("--templates", templates != nil), ("--anchors", anchors.anchors != nil),
        ("--subsample", selection.subsample != nil), ("--limit", limit != nil),
        ("--attack-at \(attackAt)", attackAt != AttackPlace.model.name),
      ], seed: seed)
  }

  func transferSource(for model: ModelSource) throws -> ModelSource? {
    try protocolOptions.transferFrom.map {
      try ModelSource(
        $0, modality: model.modality, place: model.place,
        script: modelOptions.script.choice.also(for: $0),
        depthCamera: model.modality == .depth ? modelOptions.camera : nil,
        device: model.encoder.device)
    }
  }

  private static func classNames(_ given: [String]?, of set: any DataSet) throws -> [String] {
    guard let names = given ?? set.classNames else {
      throw UsageError(
        "`\(set.path)` does not say what its classes are called",
        hint: "give a file with one name per line with --classes")
    }
    if let own = set.classNames, own.count != names.count {
      throw UsageError(
        "--classes names \(names.count) classes, but `\(set.path)` has \(own.count)",
        hint: "write one line per class, in the order of the labels")
    }
    guard names.count > 1 else {
      throw UsageError(
        "`\(set.path)` has one class, so there is nothing to confuse it with",
        hint: "give a folder with a folder per class, or more names with --classes")
    }
    return try ClassNames(names).names
  }
}
