public import Foundation

/// What turns requests into runs: models by name, data by path, attacks by name with options.
///
/// The command line, a service and a program of one's own ask the same engine.
///
/// ```swift
/// let engine = Engine()
/// let audit = try engine.audit(AuditRequest(model: "path/to/clip", data: ["path/to/images"]))
/// print(audit.outcomes[0].summary.worstCase)
/// ```
public struct Engine {
  /// The observer of progress and results.
  public let observer: any RunObserver
  /// The words that records keep as the command of a session.
  public let command: [String]
  /// The variables that say which process of a job this is.
  let environment: [String: String]

  /// An engine.
  ///
  /// - Parameters:
  ///   - command: what records keep as the command of a session; the process's own by default.
  ///   - environment: the variables, such as `RANK` and `WORLD_SIZE` of a job; the process's own by
  ///     default.
  public init(
    observer: any RunObserver = SilentObserver(), command: [String] = CommandLine.arguments,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.observer = observer
    self.command = command
    self.environment = environment
  }
}
