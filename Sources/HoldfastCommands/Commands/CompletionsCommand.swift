import ArgumentParser
import Holdfast

struct CompletionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completions",
    abstract: "Print what completes commands, options and names in a shell.",
    discussion: """
      bash: holdfast completions bash > ~/.local/share/bash-completion/completions/holdfast

      zsh: holdfast completions zsh > _holdfast, in a folder of $fpath

      fish: holdfast completions fish > ~/.config/fish/completions/holdfast.fish
      """)

  private static let shells = CompletionShell.allCases.map(\.rawValue)

  @Argument(
    help: ArgumentHelp("bash, zsh or fish.", valueName: "shell"),
    completion: .list(CompletionsCommand.shells))
  var shell: String

  func run() throws {
    guard let kind = CompletionShell(rawValue: shell) else {
      throw UsageError(
        "unknown shell `\(shell)`",
        hint: nearest(shell, among: Self.shells).first.map { "did you mean `\($0)`?" }
          ?? "there are some for \(Self.shells.joined(separator: ", "))")
    }
    Console.standard().result(HoldfastCommand.completionScript(for: kind))
  }
}
