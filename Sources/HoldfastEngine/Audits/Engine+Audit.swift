import Foundation
import HoldfastAttacks
import HoldfastAudit
package import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastRecords

extension Engine {
  /// Runs an audit, or the rest of it: each modality in a run folder of its own.
  ///
  /// An interrupted run continues when the same request is made again.
  ///
  /// - Throws: a `UserFacingError` for a request that cannot be met; ``InterruptedRun`` for a run
  ///   that breaks off.
  public func audit(_ request: AuditRequest) throws -> AuditResult {
    let job = try job(of: request)
    defer { job?.close() }
    let audits = try resolve(request, job: job)
    var outcomes: [AuditOutcome] = []
    for audit in audits {
      guard let outcome = try audit.run(by: self) else { continue }
      try RunReport.write(for: outcome.folder)
      observer.found(outcome)
      observer.say("The report is in \(RunReport.file(of: outcome.folder))")
      observer.say("The run is in \(outcome.folder)")
      outcomes.append(outcome)
    }
    if outcomes.count > 1, let output = request.output {
      try RunReport.write(outcomes.map(\.folder), of: output)
      observer.say("The report on all of them is in \(RunReport.file(of: output))")
    }
    return AuditResult(
      outcomes: outcomes,
      shortfall: GateError(
        try request.gates(), allowingSkipped: request.allowSkipped, outcomes))
  }

  /// The costs of the audits of a request and the widths of their intervals, estimated from one
  /// batch of each.
  public func estimate(_ request: AuditRequest) throws -> [AuditEstimate] {
    try resolve(request, job: nil).map { try $0.estimate() }
  }

  /// The job that this process belongs to; nil when it is alone.
  private func job(of request: AuditRequest) throws -> RankGroup? {
    guard request.rankTimeout > 0, request.rankTimeout.isFinite else {
      throw UsageError(
        "--rank-timeout takes a number of seconds above 0", option: "rank-timeout")
    }
    guard let variables = try RankEnvironment(environment) else { return nil }
    return try RankGroup(
      variables, patience: .seconds(request.rankTimeout), options: request.shared())
  }

  /// The audits that a request means, each as it will run.
  private func resolve(_ request: AuditRequest, job: RankGroup?) throws -> [ResolvedAudit] {
    try request.check()
    return switch request.task {
    case .classification:
      try ResolvedClassification.all(request, by: self).map {
        try ResolvedAudit($0, by: self, job: job)
      }
    case .retrieval:
      [try ResolvedAudit(ResolvedRetrieval(request, by: self), by: self, job: job)]
    }
  }
}

extension AuditRequest {
  /// The options that all processes of a job must be given alike, as JSON by their names.
  fileprivate func shared() throws -> [String: String] {
    let values = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
    var options: [String: String] = [:]
    for (name, value) in values as? [String: Any] ?? [:]
    where !["device", "threads", "rank-timeout", "output"].contains(name) {
      options["--\(name)"] = "\(value)"
    }
    return options
  }

  /// The attacks that are asked for, or those that the task has by default.
  func recipes() throws(UsageError) -> [AttackRecipe] {
    let names = attacks.isEmpty ? task.attacks : attacks
    return try about("attack") { () throws(UsageError) in
      var recipes: [AttackRecipe] = []
      for name in names { recipes += try AttackTable.recipes(name, norm: norm) }
      return recipes
    }
  }

  /// The gates.
  ///
  /// - Throws: `UsageError` for one that means nothing, or is about a radius that is not audited.
  func gates() throws(UsageError) -> [Requirement] {
    try about("require") { () throws(UsageError) in
      var gates: [Requirement] = []
      for text in requirements {
        let gate = try Requirement(text)
        try gate.check(radii)
        gates.append(gate)
      }
      return gates
    }
  }

  /// The file of the classes' anchors; nil for prompts.
  package func anchorFile() throws(UsageError) -> AnchorFile? {
    guard let anchors else {
      return anchorReduction == .mean ? nil : AnchorFile(path: nil, reduction: anchorReduction)
    }
    guard templates == nil else {
      throw UsageError(
        "--templates says how prompts are made, and --anchors takes their place",
        hint: "leave one of them out", option: "anchors")
    }
    return AnchorFile(path: anchors, reduction: anchorReduction)
  }

  /// The preset; nil when none is asked for.
  ///
  /// - Throws: `UsageError` when something that it fixes is given besides.
  func evaluationPreset() throws(UsageError) -> EvaluationPreset? {
    guard let preset else { return nil }
    return try about("preset") { () throws(UsageError) in
      let parsed = try EvaluationPreset(preset)
      try parsed.check([
        ("--templates", templates != nil), ("--anchors", anchors != nil),
        ("--subsample", selection.subsample != nil), ("--limit", limit != nil),
        ("--attack-at \(attackAt.rawValue)", attackAt != .model),
        ("--seed \(seed)", seed != 0 && seed != parsed.seed),
      ])
      return parsed
    }
  }

  /// Refuses what makes no sense, before anything is loaded.
  func check() throws(UsageError) {
    guard !radii.isEmpty else {
      throw UsageError(
        "an audit needs at least one radius", hint: "give some with --epsilon",
        option: "epsilon")
    }
    guard limit ?? 1 > 0 else {
      throw UsageError(
        "--limit takes a number above 0", hint: "leave it out for all samples", option: "limit")
    }
    guard allowSkipped >= 0 else {
      throw UsageError(
        "--allow-skipped takes a number from 0", hint: "leave it out for none",
        option: "allow-skipped")
    }
    guard (0...100).contains(gallerySamples) else {
      throw UsageError(
        "--gallery-samples takes a number from 0 to 100", option: "gallery-samples")
    }
    _ = try recipes()
    _ = try gates()
    try checkTask()
    guard task == .retrieval || !data.isEmpty else {
      throw UsageError(
        "an audit of classification needs data",
        hint: "give a folder of class folders with --data", option: "data")
    }
  }

  /// Refuses options of one task in an audit of the other.
  private func checkTask() throws(UsageError) {
    let strange =
      switch task {
      case .classification:
        [("pairs", pairs != nil), ("index", index != nil), ("side", side != nil)]
      case .retrieval:
        [
          ("data", !data.isEmpty), ("classes", classes != nil), ("templates", templates != nil),
          ("anchors", anchors != nil || anchorReduction != .mean),
          ("goal", goal != nil), ("target", target != nil), ("preset", preset != nil),
          ("attack-at", attackAt != .model),
        ]
      }
    guard let first = strange.first(where: \.1) else { return }
    throw UsageError(
      "--\(first.0) has no meaning in an audit of \(task.rawValue)",
      hint: task == .retrieval ? "leave it out" : "add --task retrieval, or leave it out",
      option: first.0)
  }
}

extension AuditRequest.Task {
  /// The attacks that are run when none is named.
  var attacks: [String] {
    switch self {
    case .classification: ["apgd-ce"]
    case .retrieval: ["crossmaxim", "apgd-rank"]
    }
  }
}
