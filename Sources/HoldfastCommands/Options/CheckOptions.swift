import ArgumentParser
import Holdfast

/// Whether the attacks of an audit are checked.
enum CheckChoice: Equatable {
  /// They are, as closely as this.
  case run(CheckSettings)
  /// They are not, for this reason.
  case off(String)
}

/// The masking checklist on the command line.
struct CheckOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The masking checks: full (on the first 100 samples), off, or on how many samples.",
      discussion: """
        The attack runs again at each radius and at 64/255, each by itself. What still stands at one \
        radius then faces 5,000 queries of Square and ten times the steps of the attack: 6,000 \
        forward and 1,000 backward passes for each such sample at the usual 100 steps.
        """, valueName: "full|off|n"), completion: .list(["full", "off"]))
  var checks = "full"

  /// What was asked for.
  func parsed() throws(UsageError) -> CheckChoice {
    var settings = CheckSettings()
    switch checks {
    case "full": return .run(settings)
    case "off": return .off("--checks off")
    default:
      guard let count = Int(checks), count > 0 else {
        throw UsageError(
          "--checks takes full, off or a number of samples, not `\(checks)`",
          hint: "leave it out for the first 100")
      }
      settings.samples = count
      return .run(settings)
    }
  }
}

extension CheckChoice {
  /// The masking checklist of an audit that is done but for it, made or read back.
  func checklist(
    of task: any AuditTask, _ run: RunFolder, _ data: any DataSet, _ preparation: any Preparation,
    limit: Int?, title: String, console: Console
  ) throws -> [CheckRecord] {
    switch self {
    case .off(let reason): return Checklist.notRun(reason)
    case .run(let settings):
      let prefetcher = Prefetcher(
        data, preparation: preparation, capacity: settings.samples,
        limit: min(settings.samples, limit ?? .max), stopsAtDamage: false)
      defer {
        prefetcher.cancel()
        console.endProgress()
      }
      return try CheckRunner(task, settings: settings).run(
        in: run.path, samples: prefetcher.next, records: run.records(of:),
        show: { console.progress("\(title) · \($0)") })
    }
  }

  /// Says that a run cannot be relied on, where it cannot.
  static func warn(about summary: SummaryRecord, _ console: Console) {
    let failed = summary.checks?.failed ?? []
    guard !failed.isEmpty else { return }
    let names = failed.map { "(\($0))" }.joined(separator: ", ")
    console.say(
      "UNRELIABLE: \(failed.count == 1 ? "check" : "checks") \(names) failed, so robust accuracy may "
        + "be overstated. The notes say why.")
  }
}
