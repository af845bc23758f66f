import Holdfast

/// The reference page of the documentation: every command and option from their definitions, and every
/// attack, defence, loss, layout and encoder from its table.
struct ReferencePage {
  let root: CommandHelp.Command

  /// The page as Markdown.
  func text() -> String {
    var lines = [
      "# Reference", "",
      "`make reference` writes this page from the definitions of the arguments and from the tables of",
      "the program; a test fails when it is out of date.", "",
      "- [Commands](#commands)", "- [Attacks](#attacks)", "- [Losses](#losses)",
      "- [Defences](#defences)", "- [Data sets](#data-sets)", "- [Encoders](#encoders)",
      "- [Environment](#environment)", "- [Exit codes](#exit-codes)", "", "## Commands",
    ]
    for command in root.shown { lines += section(command) }
    lines += [
      "", "### Common options", "",
      "Every command takes these, except `completions` and "
        + "`manual`.", "",
    ]
    lines += Self.table(root.commonArguments)
    for part in [attacks, losses, defenses] { lines += part }
    lines += ["", "## Data sets", "", "`--data` and `--pairs` recognise these layouts.", ""]
    lines += Self.lines(of: ListCommand.datasets())
    lines += [
      "", "## Encoders", "",
      "A row for each tower of the models that have a name; others load as well, since sizes are read",
      "from a model's own files.", "",
    ]
    lines += Self.lines(of: EncoderList.table())
    lines += ["", "## Environment", "", "| variable | meaning |", "|---|---|"]
    lines += Surroundings.variables.map { Self.row(["`\($0)`", Self.literal($1)]) }
    lines += ["", "## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += Surroundings.codes.map { Self.row([$0, Self.literal($1)]) }
    return lines.joined(separator: "\n")
  }

  // MARK: Commands

  private func section(_ command: CommandHelp.Command) -> [String] {
    var lines = [
      "", "### holdfast \(command.commandName)", "", Self.literal(command.abstract ?? ""),
    ]
    if let others = command.aliases, !others.isEmpty {
      lines += ["", "Also \(others.map { "`\($0)`" }.joined(separator: ", "))."]
    }
    if let text = command.discussion, !text.isEmpty { lines += ["", Self.literal(text)] }
    let own = command.ownArguments
    return own.isEmpty ? lines : lines + [""] + Self.table(own)
  }

  private static func table(_ arguments: [CommandHelp.Argument]) -> [String] {
    ["| argument | meaning |", "|---|---|"]
      + arguments.map { row(["`\($0.usage)`", literal($0.meaning)]) }
  }

  // MARK: Tables

  private var attacks: [String] {
    let intro = [
      "", "## Attacks", "",
      "What `--attack` takes, as `name:key=value,…`. Passes are those of a sample "
        + "that withstands, at one radius and the", "defaults: F forward, B backward.", "",
    ]
    let head = [
      "| attack | what it is | norms | losses | passes | options | source |",
      "|---|---|---|---|---|---|---|",
    ]
    return intro + head
      + AttackTable.entries.map { entry in
        Self.row([
          "`\(entry.name)`", Self.literal(entry.summary),
          entry.norms.map(\.rawValue).joined(separator: ", "),
          entry.objectives.map { type(of: $0).name }.joined(separator: ", "), entry.passes,
          entry.options.map { "`\($0)`" }.joined(separator: " "), Self.literal(entry.source),
        ])
      }
  }

  private var losses: [String] {
    var losses: [any Objective] = []
    for loss in AttackTable.entries.flatMap(\.objectives)
    where !losses.contains(where: { type(of: $0).name == type(of: loss).name }) {
      losses.append(loss)
    }
    let rows = losses.map { loss in
      let name = type(of: loss).name
      let users = AttackTable.entries.filter { entry in
        entry.objectives.contains { type(of: $0).name == name }
      }
      return Self.row([
        "`\(name)`", Self.literal(type(of: loss).formula),
        users.map { "`\($0.name)`" }.joined(separator: ", "),
      ])
    }
    return [
      "", "## Losses", "",
      "The losses that attacks maximise: z are the logits, y is the true class, t the target, e the",
      "embedding, and z_(1) the largest logit. A run's record names the loss of each attack.", "",
      "| loss | what it is | attacks |", "|---|---|---|",
    ] + rows
  }

  private var defenses: [String] {
    let intro = [
      "", "## Defences", "", "What `--method` of `holdfast harden` takes, as `name:key=value,…`.",
      "",
      "F is a forward pass of the tower, B a backward pass, each for one sample. A method that trains takes",
      "the same passes at inference as the model without it.", "",
      "| defence | what it is | trains | needs | a step costs | a forward pass costs | source | options |",
      "|---|---|---|---|---|---|---|---|",
    ]
    return intro
      + DefenseTable.entries.map { entry in
        Self.row([
          "`\(entry.name)`", Self.literal(entry.summary),
          Self.literal(entry.training?.trains ?? "nothing"), entry.training?.needsInWords ?? "",
          entry.training?.costInWords ?? "", entry.passes, Self.literal(entry.source),
          entry.options.map { "`\($0)`" }.joined(separator: " "),
        ])
      }
  }

  // MARK: Markdown

  private static func lines(of table: Table) -> [String] {
    table.markdown().split(separator: "\n", omittingEmptySubsequences: false).map {
      literal(String($0))
    }
  }

  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  /// Text without tags and emphasis, except inside backticks.
  private static func literal(_ text: String) -> String {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().map { index, part in
      index % 2 == 0
        ? String(part).replacing("<", with: "\\<").replacing("*", with: "\\*") : String(part)
    }.joined(separator: "`")
  }
}
