import ArgumentParser
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

  @Option(
    help: ArgumentHelp("classification or retrieval."),
    completion: .list(AuditRequest.Task.allCases.map(\.rawValue)))
  var task = AuditRequest.Task.classification.rawValue

  @OptionGroup var retrieval: RetrievalOptions

  @Option(
    help: ArgumentHelp(
      "A data set in one of the layouts of `holdfast list datasets`, a manifest (path,label and, for "
        + "several modalities, modality), or scenes:evaluation, which are built in. MODALITY=PATH names the "
        + "modality; repeat it for several.",
      valueName: "[modality=]path"), completion: .data)
  var data: [String] = []

  @OptionGroup var selection: SelectionOptions

  @Option(
    help: ArgumentHelp(
      "The space that attacks act in: model (the processor's output), native (pictures of one size, "
        + "before they are resized), or waveform (the samples of a sound)."),
    completion: .list(AttackPlace.Name.allCases.map(\.rawValue)))
  var attackAt = AttackPlace.Name.model.rawValue

  @OptionGroup var classOptions: ClassOptions

  @Option(
    help: ArgumentHelp(
      "An attack, with its options: apgd-ce:steps=50,restarts=2. May be repeated.",
      valueName: "name[:key=value,…]"), completion: .list(AttackTable.entries.map(\.name)))
  var attack: [String] = []

  @Option(
    help: ArgumentHelp(
      "nested: a success at a radius counts at larger ones; independent: each radius is attacked by "
        + "itself, as the reference does."),
    completion: .list(Budgets.allCases.map(\.rawValue)))
  var budgets = Budgets.nested.rawValue

  @Option(
    help: ArgumentHelp(
      "The precision of the search: float32; mixed (screens in bfloat16); bf16 (all but square). "
        + "Verdicts are float32."),
    completion: .list(SearchPrecision.allCases.map(\.rawValue)))
  var precision = SearchPrecision.float32.rawValue

  @OptionGroup var threat: ThreatOptions

  @OptionGroup var protocolOptions: ProtocolOptions

  @Option(
    help: ArgumentHelp(
      "One embedding of any modality, a safetensors file, for attacks that approach one.",
      valueName: "file"), completion: .file(extensions: ["safetensors"]))
  var goal: String?

  @Option(
    help: ArgumentHelp(
      "The target class of targeted attacks: a class name, random (one for each sample), or "
        + "least-likely. Samples of the class itself are left out.",
      valueName: "class"))
  var target: String?

  @Option(
    help: ArgumentHelp(
      "Evaluate as clip-benchmark, ttc or csr does.",
      discussion: """
        clip-benchmark: the model's own resize, the data's own templates. ttc: short side 256 \
        bilinear, crop 224, one prompt (ttc:pets for that of a set). csr: squashed to 224, one prompt, \
        1000 samples of seed 42. Options that a preset fixes cannot be given.
        """, valueName: "name"), completion: .list(EvaluationPreset.Source.allCases.map(\.rawValue))
  )
  var preset: String?

  @OptionGroup var checkOptions: CheckOptions

  @Option(help: ArgumentHelp("Audit at most this many samples.", valueName: "n"))
  var limit: Int?

  @Option(
    help: ArgumentHelp(
      "Samples that share a batch: a number, or auto for as many as fit into free memory and are "
        + "worth it.", valueName: "n|auto"), completion: .list(["auto"]))
  var batchSize = "auto"

  @Option(help: ArgumentHelp("The seed of all noise."))
  var seed: UInt64 = 0

  @Flag(
    help: ArgumentHelp(
      "Keep adversarial inputs in the run folder, as tensors and PNG files with a manifest. Attacks "
        + "then spend their whole budget at every radius."))
  var saveAdversarial = false

  @Option(
    help: ArgumentHelp(
      "Samples in the report's example gallery: before, the perturbation, after; 0 for none.",
      valueName: "n"))
  var gallerySamples = 8

  @OptionGroup var runOptions: RunOptions

  @Option(
    help: ArgumentHelp("The run folder; by default one named by the plan, under runs/."),
    completion: .directory)
  var output: String?

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let request = try request()
    let console = context.console
    if runOptions.dryRun {
      for estimate in try context.engine.estimate(request) {
        console.result("\(estimate.heading)\n\n\(estimate.table.text())\n")
        for sentence in estimate.sentences { console.result(sentence) }
      }
      return
    }
    let engine = Engine(
      observer: AuditDisplay(console: console, format: format), command: context.words)
    let result = try engine.audit(request)
    if result.outcomes.count > 1 {
      let entries = result.outcomes.map { SensesReport.Entry(plan: $0.plan, summary: $0.summary) }
      console.result(try format.lines(SensesReport(entries), entries.map(\.summary)), as: format)
    }
    if let shortfall = result.shortfall { throw shortfall }
  }

  /// The request that the options describe.
  ///
  /// - Throws: `UsageError` for a word that means nothing.
  func request() throws(UsageError) -> AuditRequest {
    var request = AuditRequest(model: modelOptions.model, data: data)
    request.model = modelOptions.request
    request.norm = try choose(Norm.self, threat.norm.lowercased(), option: "norm")
    request.radii = try AuditRequest.radii(commaSeparated(threat.epsilon))
    request.task = try choose(AuditRequest.Task.self, task, option: "task")
    request.pairs = retrieval.pairs
    request.index = retrieval.index
    if let side = retrieval.side {
      request.side = try choose(AuditRequest.Side.self, side, option: "side")
    }
    request.selection = selection.selection
    request.attackAt = try choose(AttackPlace.Name.self, attackAt, option: "attack-at")
    request.classes = classOptions.classes
    request.templates = classOptions.templates
    request.anchors = classOptions.anchors.anchors
    request.anchorReduction = try classOptions.anchors.reduction
    request.attacks = attack
    request.budgets = try choose(Budgets.self, budgets, option: "budgets")
    request.precision = try choose(SearchPrecision.self, precision, option: "precision")
    request.protocols =
      try protocolOptions.protocols.map { (text) throws(UsageError) in
        try AuditRequest.protocols(commaSeparated(text))
      } ?? []
    request.transferFrom = protocolOptions.transferFrom
    request.transferCache = protocolOptions.transferCache
    request.goal = goal
    request.target = target
    request.preset = preset
    request.checks = try CheckChoice(text: checkOptions.checks)
    request.limit = limit
    request.batchSize = try BatchSize(text: batchSize)
    request.seed = seed
    request.saveAdversarial = saveAdversarial
    request.gallerySamples = gallerySamples
    request.requirements = runOptions.require
    request.allowSkipped = runOptions.allowSkipped
    request.rankTimeout = runOptions.rankTimeout
    request.output = output
    return request
  }
}

/// Shows the audits of a command as they end.
private struct AuditDisplay: RunObserver {
  let console: Console
  let format: OutputFormat

  func say(_ sentence: String) { console.say(sentence) }
  func detail(_ sentence: String) { console.detail(sentence) }
  func progress(_ line: String?) { console.progress(line) }

  func found(_ outcome: AuditOutcome) {
    // Audits of several modalities are shown together when all have ended.
    if outcome.isAlone {
      do {
        console.result(try format.lines(outcome.report, outcome.summary), as: format)
      } catch {
        console.say("The figures cannot be printed: \(error)")
      }
    }
    func names(_ letters: [String]) -> String {
      (letters.count == 1 ? "check " : "checks ")
        + letters.map { "(\($0))" }.joined(separator: ", ")
    }
    let checks = outcome.summary.checks
    if let failed = checks?.failed, !failed.isEmpty {
      console.say(
        "UNRELIABLE: \(names(failed)) failed, so robust accuracy may be overstated. The notes say why."
      )
    }
    if let undecided = checks?.undecided, !undecided.isEmpty {
      console.say(
        "TOO FEW TO TELL: \(names(undecided)) could not have failed, because too few samples could speak "
          + "against the run. Audit more samples, or check more of them with --checks.")
    }
  }
}
