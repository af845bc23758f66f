/// Receives progress and results of a run: a console, a server, a test.
///
/// All calls come from the thread that runs the engine.
public protocol RunObserver {
  /// A sentence for the user.
  func say(_ sentence: String)
  /// A sentence for a person who wants to know more.
  func detail(_ sentence: String)
  /// How far the work is, in one line that replaces the last one; nil when there is nothing to show.
  func progress(_ line: String?)
  /// An audit has come to its end.
  func found(_ outcome: AuditOutcome)
}

extension RunObserver {
  /// By default nothing is said.
  public func say(_ sentence: String) {}
  /// By default nothing is said.
  public func detail(_ sentence: String) {}
  /// By default nothing is shown.
  public func progress(_ line: String?) {}
  /// By default nothing is shown.
  public func found(_ outcome: AuditOutcome) {}
}

/// An observer that shows nothing.
public struct SilentObserver: RunObserver {
  /// Creates the observer.
  public init() {}
}
