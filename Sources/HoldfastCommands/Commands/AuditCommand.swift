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
  var task = TaskChoice.classification

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
      "What attacks search in: float32; mixed (screens in bfloat16); bf16 (all but square). Verdicts "
        + "are float32."),
    completion: .list(["float32", "mixed", "bf16"]))
  var precision = SearchPrecision.float32.rawValue

  @OptionGroup var threat: ThreatOptions

  @OptionGroup var protocolOptions: ProtocolOptions

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
      "Keep adversarial inputs in the run folder, as tensors and PNG files with a manifest. Attacks "
        + "then spend their whole budget at every radius."))
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
    let settings = try settings()
    defer { settings.job?.close() }
    switch task {
    case .classification: try auditClassification(settings)
    case .retrieval: try auditRetrieval(settings)
    }
  }

  /// What the options say, once it is known to make sense.
  struct Settings {
    let norm: Norm
    let radii: [Radius]
    let attacks: [AttackRecipe]
    let budgets: Budgets
    let precision: SearchPrecision
    let protocols: Set<AuditProtocol>?
    let checks: CheckChoice
    let requirements: [Requirement]
    let job: RankGroup?
    let console: Console
  }

  private func settings() throws -> Settings {
    let (norm, radii) = try threat.parsed()
    let attacks = try (attack.isEmpty ? task.attacks : attack).flatMap { text throws in
      try AttackTable.recipes(text, norm: norm)
    }
    guard let budgets = Budgets(rawValue: budgets) else {
      throw UsageError(
        "`\(self.budgets)` is no way to share radii", hint: "use nested or independent")
    }
    guard let precision = SearchPrecision(rawValue: precision) else {
      throw UsageError(
        "`\(self.precision)` is no precision", hint: "use float32, mixed or bf16")
    }
    let protocols = try protocolOptions.parsed()
    let checks = try checkOptions.parsed()
    try batch.check()
    guard limit ?? 1 > 0 else {
      throw UsageError("--limit takes a number above 0", hint: "leave it out for all samples")
    }
    let requirements = try runOptions.requirements(radii)
    try retrieval.check(
      task,
      [
        ("--data", !data.isEmpty), ("--classes", classes != nil), ("--templates", templates != nil),
        ("--anchors", try anchors.file() != nil),
        ("--goal", goal != nil), ("--target", targetOptions.target != nil),
        ("--preset", presetOptions.preset != nil),
      ])
    if task == .classification { try checkData() }
    return Settings(
      norm: norm, radii: radii, attacks: attacks, budgets: budgets, precision: precision,
      protocols: protocols, checks: checks, requirements: requirements, job: try runOptions.job(),
      console: .standard)
  }

  /// Refuses a lack of data before anything is loaded.
  func checkData() throws(UsageError) {
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
}
