public import HoldfastAudit
public import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastRecords
import HoldfastRuns

/// Whether the attacks of an audit are checked.
public enum CheckChoice: Hashable, Sendable {
  /// They are, as closely as this.
  case run(CheckSettings)
  /// They are not, for this reason.
  case off(String)
}

extension CheckChoice: TextValue {
  /// Reads `full`, `off`, or a number of samples.
  public init(text: String) throws(UsageError) {
    var settings = CheckSettings()
    switch text {
    case "full": self = .run(settings)
    case "off": self = .off("--checks off")
    default:
      guard let count = Int(text), count > 0 else {
        throw UsageError(
          "--checks takes full, off or a number of samples, not `\(text)`",
          hint: "leave it out for the first 100", option: "checks")
      }
      settings.samples = count
      self = .run(settings)
    }
  }

  /// The text that the initialiser reads.
  public var text: String {
    switch self {
    case .off: "off"
    case .run(let settings): settings == CheckSettings() ? "full" : "\(settings.samples)"
    }
  }
}

extension CheckChoice {
  /// The masking checklist of an audit that is done but for it, made or read back.
  func checklist(
    of task: any AuditTask, _ run: RunFolder, _ data: any DataSet, _ preparation: any Preparation,
    limit: Int?, title: String, observer: any RunObserver
  ) throws -> [CheckRecord] {
    switch self {
    case .off(let reason): return Checklist.notRun(reason)
    case .run(let settings):
      let prefetcher = Prefetcher(
        data, preparation: preparation, capacity: settings.samples,
        limit: min(settings.samples, limit ?? .max), stopsAtDamage: false)
      defer {
        prefetcher.cancel()
        observer.progress(nil)
      }
      return try CheckRunner(task, settings: settings).run(
        in: run.path, samples: prefetcher.next, records: run.records(of:),
        show: { observer.progress("\(title) · \($0)") })
    }
  }
}
