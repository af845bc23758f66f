import Holdfast

/// Keeps what an engine says, how far it says it is, and which runs have ended.
final class Journal: RunObserver {
  private(set) var sentences: [String] = []
  private(set) var progress: String?
  private(set) var runs: [String] = []

  func say(_ sentence: String) { sentences.append(sentence) }
  func progress(_ line: String?) { progress = line ?? progress }
  func found(_ outcome: AuditOutcome) { runs.append(outcome.folder) }
}
