/// Who is told how a run goes: a console, a server, a test.
///
/// All calls come from the thread that runs the engine.
public protocol RunObserver {
  /// A sentence for the person who asked.
  func say(_ sentence: String)
  /// A sentence for a person who wants to know more.
  func detail(_ sentence: String)
  /// How far the work is, in one line that replaces the last one; nil when there is nothing to show.
  func progress(_ line: String?)
  /// An audit has come to its end.
  func found(_ outcome: AuditOutcome)
}

extension RunObserver {
  /// Nothing is said.
  public func say(_ sentence: String) {}
  /// Nothing is said.
  public func detail(_ sentence: String) {}
  /// Nothing is shown.
  public func progress(_ line: String?) {}
  /// Nothing is shown.
  public func found(_ outcome: AuditOutcome) {}
}

/// An observer that is told everything and shows nothing.
public struct SilentObserver: RunObserver {
  /// The observer.
  public init() {}
}
