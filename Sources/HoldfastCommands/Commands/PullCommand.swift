import ArgumentParser
import Foundation
import Holdfast

struct PullCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Fetch a model from the Hugging Face hub into its cache.",
    discussion: """
      Fetches one form of the weights with the configurations and vocabularies beside them, and \
      prints the folder. An interrupted download continues, and a file counts only once its checksum \
      is right. The cache is the one that Hugging Face's own tools use; afterwards every command takes \
      --model hf:ORG/REPO. HF_TOKEN opens what is gated, HF_ENDPOINT names another hub, HF_HUB_CACHE \
      another place for the cache, and HF_HUB_OFFLINE forbids the network.
      """)

  @Argument(
    help: ArgumentHelp(
      "The repository, and a branch, tag or commit if not main.", valueName: "org/repo[@revision]"))
  var repository: String

  @Option(
    help: ArgumentHelp(
      "A further file, or weights in place of the default ones; may be repeated.",
      valueName: "name"))
  var file: [String] = []

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let reference: HubReference
    do {
      reference = try HubReference(repository)
    } catch {
      throw UsageError(
        "`\(repository)` does not name a repository",
        hint: "write organisation/name or organisation/name@revision")
    }
    let console = context.console
    let line = PullProgress(console)
    defer { line.end() }
    let folder = try HubPull().run(
      reference, files: file,
      waiting: { console.say("Another process fetches \($0); waiting for it") },
      progress: { line.update($0) })
    line.end()
    console.result(folder)
    console.say("Use it with --model \(reference.short)")
  }
}

/// The line of progress of a pull: what, how far, how fast, how long still.
///
/// Bytes come in on the thread of the transfer while the command waits for it.
final class PullProgress: Sendable {
  private let console: Console
  private let state: Shared

  /// A line that is empty until bytes come in.
  init(_ console: Console) {
    self.console = console
    state = Shared()
  }

  /// Shows how far it is, at most five times a second.
  func update(_ progress: HubPull.Progress) {
    guard let text = state.text(for: progress) else { return }
    console.progress(text)
  }

  /// Clears the progress line.
  func end() { console.progress(nil) }

  private final class Shared: @unchecked Sendable {
    // All below is touched only while `lock` is held.
    private let lock = NSLock()
    private let clock = ContinuousClock()
    private var began: (time: ContinuousClock.Instant, bytes: Int)?
    private var shown: ContinuousClock.Instant?

    func text(for progress: HubPull.Progress) -> String? {
      lock.withLock {
        let now = clock.now
        let first = began ?? (now, progress.bytes)
        began = first
        if let shown, now - shown < .milliseconds(200) { return nil }
        shown = now
        let rate =
          Double(progress.bytes - first.bytes) / max((now - first.time) / .seconds(1), 1e-3)
        var parts = [
          progress.file,
          "\(HubPull.bytesText(progress.bytes)) of \(HubPull.bytesText(progress.total))",
        ]
        if rate > 0 {
          parts.append("\(HubPull.bytesText(Int(rate)))/s")
          parts.append(
            "\(timeSpan(Double(progress.total - progress.bytes) / rate)) left")
        }
        return parts.joined(separator: " · ")
      }
    }
  }
}
