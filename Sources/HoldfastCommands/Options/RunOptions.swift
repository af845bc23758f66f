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
    guard rankTimeout > 0, rankTimeout.isFinite else {
      throw UsageError("--rank-timeout takes a number of seconds above 0")
    }
    return requirements
  }

  /// The job that this process belongs to; nil when it is alone, or only looks at the cost.
  ///
  /// - Parameter options: what every process of the job must be given alike besides the plan.
  func job(_ options: [String: String]) throws -> RankGroup? {
    guard !dryRun, let environment = try RankEnvironment(ProcessInfo.processInfo.environment) else {
      return nil
    }
    return try RankGroup(environment, patience: .seconds(rankTimeout), options: options)
  }
}

/// A run that did what it was asked for and found too little: exit code 1.
struct GateError: Error {
  /// What was found and what was required, a sentence for each gate that is shut.
  let reasons: [String]

  /// The error, if any of the requirements is not met by any of the summaries.
  init?(_ requirements: [Requirement], _ summaries: [(name: String, summary: SummaryRecord)]) {
    reasons = summaries.flatMap { name, summary in
      requirements.compactMap { requirement in
        requirement.shortfall(in: summary).map { name.isEmpty ? $0 : "\(name): \($0)" }
      }
    }
    if reasons.isEmpty { return nil }
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
