import ArgumentParser
import Holdfast

struct HardenCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "harden",
    abstract: "Defend an encoder, with or without training, and write the result as a bundle.",
    discussion: """
      The method says whether it needs training data (holdfast list defenses). A training keeps its \
      state in the bundle's folder, under training/, and the same command resumes it.

      A bundle is a folder with holdfast.json and the tensors of the defence; it refers to its base, \
      a checkpoint or another bundle, by path and hash. Every command that takes --model takes a \
      bundle. Audit it: a defence is worth what it withstands under adaptive attacks.
      """)

  @OptionGroup var options: HardenOptions

  @Flag(
    help: ArgumentHelp(
      "Measure a few steps of training, print passes, seconds, hours and memory, and stop."))
  var dryRun = false

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run(in context: CommandContext) throws {
    let request = try options.request()
    if dryRun {
      for sentence in try context.engine.estimate(request) { context.console.result(sentence) }
      return
    }
    try context.engine.harden(request)
    context.console.result(request.output)
    context.console.say("Audit it: holdfast audit --model \(request.output) --data PATH")
  }
}
