import ArgumentParser
import Foundation
import Holdfast

/// What an audit takes about the run as a whole: gates, a look at the cost, several processes.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A gate: ends with code 1 unless it is met. May be repeated. As robust@4/255>=0.4, "
        + "white-box@4/255>=0.4, clean>=0.9.", valueName: "share"))
  var require: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many samples a gate may do without: inputs that are damaged or not there. Any more shut it.",
      valueName: "n"))
  var allowSkipped = 0

  @Flag(
    help: ArgumentHelp(
      "Measure one batch, print what the audit will cost and how sure it will be, and stop."))
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With RANK and WORLD_SIZE, as torchrun sets them: how long to wait for a process that gives no "
        + "sign of life.", valueName: "seconds"))
  var rankTimeout = 300.0

  /// The gates.
  ///
  /// - Throws: `UsageError` for one that means nothing, or is about a radius that is not audited.
  func requirements(_ radii: [Radius]) throws(UsageError) -> [Requirement] {
    var requirements: [Requirement] = []
    for text in require {
      let requirement = try Requirement(text)
      try requirement.check(radii)
      requirements.append(requirement)
    }
    guard allowSkipped >= 0 else {
      throw UsageError("--allow-skipped takes a number from 0", hint: "leave it out for none")
    }
    guard rankTimeout > 0, rankTimeout.isFinite else {
      throw UsageError("--rank-timeout takes a number of seconds above 0")
    }
    return requirements
  }

  /// The job that this process belongs to; none where it is alone, or only looks at the cost.
  func job() throws -> RankGroup? {
    guard !dryRun, let environment = try RankEnvironment(ProcessInfo.processInfo.environment) else {
      return nil
    }
    return try RankGroup(environment, patience: .seconds(rankTimeout))
  }
}

/// A run that did what it was asked for and found too little: exit code 1.
struct GateError: Error {
  /// What was found and what was required, a sentence for each gate that is shut.
  let reasons: [String]

  /// The error, if any of the runs does not meet a requirement, or did without more samples than
  /// `allowed`; nil without requirements.
  init?(_ requirements: [Requirement], allowingSkipped allowed: Int, _ runs: [GatedRun]) {
    reasons = runs.flatMap { run in
      let found =
        [run.shortage(requirements, allowed)].compactMap(\.self)
        + requirements.compactMap { $0.shortfall(in: run.summary) }
      return found.map { run.name.isEmpty ? $0 : "\(run.name): \($0)" }
    }
    if requirements.isEmpty || reasons.isEmpty { return nil }
  }
}

/// A finished run that gates are about.
struct GatedRun {
  /// Its sense, empty where there is one run.
  let name: String
  let plan: PlanRecord
  let summary: SummaryRecord

  /// Why the run measured too little of the data for gates to pass; nil if it did not.
  fileprivate func shortage(_ requirements: [Requirement], _ allowed: Int) -> String? {
    let skipped = (plan.data.missing ?? []) + (summary.skipped ?? []).map(\.id)
    guard skipped.count > allowed else { return nil }
    let names = skipped.prefix(5).joined(separator: ", ")
    let rest = skipped.count > 5 ? ", and \(skipped.count - 5) more" : ""
    let gates = requirements.map { "`\($0)`" }.joined(separator: ", ")
    return "\(skipped.count) \(skipped.count == 1 ? "sample was" : "samples were") passed over "
      + "(\(names)\(rest)), which \(gates) may not do without; --allow-skipped \(skipped.count) allows it"
  }
}

/// A run that broke off after its folder was opened: why, and what is kept.
struct InterruptedRun: Error {
  let cause: any Error
  let folder: String
  let finished: Int

  /// What to add to the hint of the cause.
  var remark: String {
    "`\(folder)` keeps the \(finished) samples that are finished, and the same command goes on from "
      + "there"
  }
}
