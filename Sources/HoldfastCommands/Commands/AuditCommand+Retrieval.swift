import Holdfast

extension AuditCommand {
  /// Audits how well inputs and their partners find each other.
  func auditRetrieval(_ settings: Settings) throws {
    let console = settings.console
    let pairs = try retrieval.attackedPairs(selection)
    let model = try modelOptions.load(pairs.modality)
    let run = RetrievalRun(
      pairs: pairs, model: model, side: retrieval.side ?? "input",
      indexFile: retrieval.index, transferSource: try transferSource(for: model),
      attacks: settings.attacks, norm: settings.norm, radii: settings.radii,
      budgets: settings.budgets, precision: settings.precision, savesExamples: saveAdversarial,
      gallerySamples: gallery.gallerySamples, protocols: settings.protocols,
      transferCache: protocolOptions.cacheFolder,
      checks: settings.checks, limit: limit,
      batchSize: try batch.count(for: model.encoder, console), seed: seed,
      strict: selection.strict, job: settings.job, isDryRun: runOptions.dryRun,
      requirements: settings.requirements)
    guard
      let result = try run.run(in: output, command: Invocation.command, console: console)
    else { return }
    try Self.show(result.report, result.summary, as: format, console)
    try RunReport.write(for: result.folder, console)
    console.say("The run is in \(result.folder)")
    CheckChoice.warn(about: result.summary, console)
    if let error = GateError(settings.requirements, [("", result.summary)]) { throw error }
  }
}
