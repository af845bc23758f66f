import ArgumentParser
import Foundation
import Holdfast

struct AuditCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Measure how robust an encoder is, protocol by protocol.",
    discussion: """
      Runs the protocols side by side and takes the worst case per sample. Each success is tested \
      again in float32, in a batch of one, before it is counted. The run folder holds run.json, one \
      line per sample in samples.jsonl, summary.json, and report.html; the same command resumes it.
      """)

  @OptionGroup var modelOptions: ModelOptions

  @Option(help: ArgumentHelp("classification or retrieval."))
  var task = AuditTask.classification

  @OptionGroup var retrieval: RetrievalOptions

  @Option(
    help: ArgumentHelp(
      "A data set in one of the layouts of `holdfast list datasets`, a manifest (path,label and, for "
        + "several senses, modality), or scenes:evaluation, which are built in. SENSE=PATH says of "
        + "which sense; repeat it for several.",
      valueName: "[sense=]path"), completion: .data)
  var data: [String] = []

  @OptionGroup var selection: SelectionOptions

  @Option(
    help: ArgumentHelp(
      "Where attacks act: model (on what the processor makes), native (on pictures of one size, "
        + "before they are resized), or waveform (on a sound's samples)."),
    completion: .list(["model", "native", "waveform"]))
  var attackAt = AttackPlace.model.name

  @Option(
    help: ArgumentHelp("Class names, one per line, in the order of the labels."),
    completion: .file())
  var classes: String?

  @Option(
    help: ArgumentHelp("Prompt templates, one per line, with {} for the class."),
    completion: .file())
  var templates: String?

  @OptionGroup var anchors: AnchorOptions

  @Option(
    help: ArgumentHelp(
      "An attack, with its options: apgd-ce:steps=50,restarts=2. May be repeated.",
      valueName: "name[:key=value,…]"), completion: .list(AttackTable.entries.map(\.name)))
  var attack: [String] = []

  @Option(
    help: ArgumentHelp(
      "nested: what fools at a radius counts at larger ones; independent: as the reference does."),
    completion: .list(["nested", "independent"]))
  var budgets = Budgets.nested.rawValue

  @Option(
    help: ArgumentHelp(
      "What attacks search in: float32; mixed (screens in bfloat16); bf16. Verdicts are float32."),
    completion: .list(["float32", "mixed", "bf16"]))
  var precision = SearchPrecision.float32.rawValue

  @Option(help: ArgumentHelp("linf, l2 or l1."), completion: .list(Norm.allCases.map(\.rawValue)))
  var norm = "linf"

  @Option(help: ArgumentHelp("Radii in units of the input's range: 1/255,2/255,4/255."))
  var epsilon = "1/255,2/255,4/255"

  @Option(
    name: .customLong("protocol"),
    help: ArgumentHelp(
      "clean, transfer, white-box, adaptive; all that make sense by default.", valueName: "names"),
    completion: .list(["clean", "transfer", "white-box", "adaptive"]))
  var protocols: String?

  @Option(
    help: ArgumentHelp(
      "The model that transfer examples are made on; by default the base of a bundle.",
      valueName: "model"), completion: .model)
  var transferFrom: String?

  @Option(
    help: ArgumentHelp(
      "One embedding of any sense, a safetensors file, for attacks that aim at one.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var goal: String?

  @OptionGroup var targetOptions: TargetOptions

  @OptionGroup var presetOptions: PresetOptions

  @OptionGroup var checkOptions: CheckOptions

  @Option(help: ArgumentHelp("Audit at most this many samples.", valueName: "n"))
  var limit: Int?

  @OptionGroup var batch: BatchSizeOptions

  @Option(help: ArgumentHelp("The seed of all noise."))
  var seed: UInt64 = 0

  @Flag(
    help: ArgumentHelp(
      "Keep adversarial inputs in the run folder, as tensors and PNG files with a manifest."))
  var saveAdversarial = false

  @OptionGroup var gallery: GalleryOptions

  @OptionGroup var runOptions: RunOptions

  @Option(
    help: ArgumentHelp("The run folder; by default one named by the plan, under runs/."),
    completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run() throws {
    let threat = try parseThreat()
    let recipes = try (attack.isEmpty ? task.attacks : attack).flatMap { text throws in
      try AttackTable.recipes(text, norm: threat.norm)
    }
    guard let budgets = Budgets(rawValue: budgets) else {
      throw UsageError(
        "`\(self.budgets)` is no way to share radii", hint: "use nested or independent")
    }
    guard let precision = SearchPrecision(rawValue: precision) else {
      throw UsageError(
        "`\(self.precision)` is no precision", hint: "use float32, mixed or bf16")
    }
    let names = try protocols.map(parseProtocols)
    let checks = try checkOptions.parsed()
    try batch.check()
    guard limit ?? 1 > 0 else {
      throw UsageError("--limit takes a number above 0", hint: "leave it out for all samples")
    }

    let requirements = try runOptions.requirements(threat.radii)
    let console = Console.standard
    try retrieval.check(
      task,
      [
        ("--data", !data.isEmpty), ("--classes", classes != nil), ("--templates", templates != nil),
        ("--anchors", try anchors.file() != nil),
        ("--protocol", protocols != nil), ("--transfer-from", transferFrom != nil),
        ("--goal", goal != nil), ("--target", targetOptions.target != nil),
        ("--save-adversarial", saveAdversarial),
        ("--preset", presetOptions.preset != nil),
        ("--precision \(precision.rawValue)", precision != .float32),
      ])
    if task == .classification { try checkData() }
    let job = try runOptions.job()
    defer { job?.close() }
    if task == .retrieval {
      let pairs = try retrieval.attackedPairs(selection)
      let model = try modelOptions.load(pairs.modality)
      let run = RetrievalRun(
        pairs: pairs, model: model,
        side: retrieval.side ?? "input", galleryFile: retrieval.gallery, attacks: recipes,
        norm: threat.norm, radii: threat.radii, budgets: budgets, limit: limit,
        batchSize: try batch.count(for: model.encoder, console), seed: seed,
        strict: selection.strict, job: job,
        isDryRun: runOptions.dryRun, requirements: requirements)
      guard
        let result = try run.run(in: output, command: Invocation.command, console: console)
      else { return }
      try Self.show(result.report, result.summary, as: format, console)
      try RunReport.write(for: result.folder, console)
      console.say("The run is in \(result.folder)")
      CheckChoice.warn(about: result.summary, console)
      if let error = GateError(requirements, [("", result.summary)]) { throw error }
      return
    }
    let preset = try presetOptions.parsed(
      [
        ("--templates", templates != nil), ("--anchors", anchors.anchors != nil),
        ("--subsample", selection.subsample != nil), ("--limit", limit != nil),
        ("--attack-at \(attackAt)", attackAt != AttackPlace.model.name),
      ], seed: seed)
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
    let source = try transferFrom.map {
      try ModelSource(
        $0, modality: model.modality, place: place,
        script: modelOptions.script.choice.also(for: $0),
        depthCamera: model.modality == .depth ? modelOptions.camera : nil,
        device: model.encoder.device)
    }
    let goal = try goal.map(GoalFile.init(at:))
    var entries: [SensesReport.Entry] = []
    var folders: [String] = []
    for argument in arguments {
      let sense = try model.sense(argument.modality ?? model.modality)
      let whole = try argument.open(selection, classes: given, for: sense.modality)
      let set = try sense.withOwnClasses(
        preset?.subsample.map(whole.taking) ?? whole, names: given, anchors: anchors.file())
      console.detail(
        "\(set.path): \(set.layout)\(set.count.map { ", \($0) samples" } ?? "") of the sense "
          + sense.modality.rawValue)
      var run = AuditRun(
        model: sense, transferSource: try source?.sense(sense.modality), data: set,
        classes: try Self.classNames(set is RelabelledSet ? nil : given, of: set),
        templates: try preset?.templates(of: set)
          ?? promptTemplates(file: templates, of: set, for: sense.modality),
        anchors: try anchors.file(besideTemplates: templates != nil),
        attacks: recipes, norm: threat.norm, radii: threat.radii, goal: goal, budgets: budgets,
        precision: precision, savesExamples: saveAdversarial,
        gallerySamples: gallery.gallerySamples, protocols: names, preset: preset, checks: checks,
        limit: limit, batchSize: try batch.count(for: sense.encoder, console),
        seed: preset?.seed ?? seed, strict: selection.strict,
        job: job, isDryRun: runOptions.dryRun, requirements: requirements)
      try run.aim(at: targetOptions.target)
      let folder = output.map {
        arguments.count == 1 ? $0 : "\($0)/\(argument.folder(for: sense.modality))"
      }
      let title = arguments.count == 1 ? "audit" : sense.modality.rawValue
      guard
        let result = try run.run(
          in: folder, command: Invocation.command, title: title, console: console)
      else { continue }
      if arguments.count == 1 { try Self.show(result.report, result.summary, as: format, console) }
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
    let found = entries.map { entry in
      (arguments.count > 1 ? entry.plan.attackSpace.sense : "", entry.summary)
    }
    if let error = GateError(requirements, found) { throw error }
  }

  /// Refuses a lack of data before anything is loaded.
  private func checkData() throws(UsageError) {
    guard data.isEmpty else { return }
    throw UsageError(
      "an audit of classification needs data", hint: "give a folder of class folders with --data")
  }

  /// Prints a report.
  static func show(
    _ report: any Report, _ summary: some Encodable, as format: OutputFormat, _ console: Console
  ) throws {
    console.result(try format.lines(report, summary))
  }

  private func parseThreat() throws(UsageError) -> (norm: Norm, radii: [Radius]) {
    guard let norm = Norm(rawValue: norm.lowercased()) else {
      throw UsageError("`\(self.norm)` is not a norm", hint: "use linf, l2 or l1")
    }
    var radii: [Radius] = []
    for text in epsilon.split(separator: ",", omittingEmptySubsequences: false) {
      guard let radius = Radius(String(text)) else {
        throw UsageError(
          "`\(text)` is not a radius", hint: "write fractions or decimals: 1/255,2/255 or 0.5")
      }
      guard !radii.contains(radius) else {
        throw UsageError("the radius \(radius) is given twice", hint: "give each radius once")
      }
      radii.append(radius)
    }
    return (norm, radii)
  }

  private static let protocolNames = ["clean", "transfer", "white-box", "adaptive"]

  private func parseProtocols(_ text: String) throws(UsageError) -> Set<AuditProtocol> {
    var names: Set<AuditProtocol> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let name = AuditProtocol(rawValue: String(part)),
        Self.protocolNames.contains(name.rawValue)
      else {
        let near = nearest(String(part), among: Self.protocolNames)
        throw UsageError(
          "there is no protocol `\(part)`",
          hint: near.first.map { "did you mean `\($0)`?" }
            ?? "the protocols are \(Self.protocolNames.joined(separator: ", "))")
      }
      names.insert(name)
    }
    return names
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
