import ArgumentParser
import Holdfast

struct ListCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List attacks, defenses, encoders, datasets or runs.",
    aliases: ["ls"])

  private static let kinds = ["attacks", "defenses", "encoders", "datasets", "runs"]

  @Argument(
    help: ArgumentHelp("attacks, defenses, encoders, datasets or runs.", valueName: "kind"),
    completion: .list(ListCommand.kinds))
  var kind: String

  @Option(
    help: ArgumentHelp("Where to look for runs.", valueName: "folder"), completion: .directory)
  var runs = "runs"

  @Option(help: ArgumentHelp("text, json, csv, markdown or latex."))
  var format = OutputFormat.text

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let table: Table
    switch kind {
    case "attacks":
      table = Self.table(
        AttackTable.entries.map { entry in
          [
            entry.name, entry.summary, entry.norms.map(\.rawValue).joined(separator: " "),
            entry.passes, entry.source, entry.options.joined(separator: ","),
          ]
        }, columns: ["attack", "what it is", "norms", "passes", "source", "options"])
    case "defenses", "defences":
      table = Self.table(
        DefenseTable.entries.map { entry in
          [
            entry.name, entry.summary, entry.training?.trains ?? "nothing",
            entry.training?.needsInWords ?? "", entry.training?.costInWords ?? "", entry.source,
            entry.options.joined(separator: ","),
          ]
        },
        columns: ["defense", "what it is", "trains", "needs", "a step costs", "source", "options"])
    case "encoders":
      table = EncoderList.table()
    case "datasets":
      table = Self.datasets()
    case "runs":
      table = try RunList.table(below: runs)
    default:
      let near = nearest(kind, among: Self.kinds)
      throw UsageError(
        "unknown list `\(kind)`",
        hint: near.first.map { "did you mean `\($0)`?" }
          ?? "list attacks, defenses, encoders, datasets or runs")
    }
    try context.console.result(table, as: format)
  }

  private static func table(_ rows: [[String]], columns: [String]) -> Table {
    var table = Table(texts: columns, numbers: [])
    for row in rows { table.add(row) }
    return table
  }

  static func datasets() -> Table {
    table(
      DataLayouts.entries.map { entry in
        [
          entry.name, entry.summary,
          entry.senses.isEmpty ? "any" : entry.senses.map(\.rawValue).joined(separator: " "),
          entry.tasks.joined(separator: " "), entry.splits.joined(separator: " "), entry.files,
        ]
      }, columns: ["layout", "what it is", "modalities", "tasks", "splits", "recognised by"])
  }
}
