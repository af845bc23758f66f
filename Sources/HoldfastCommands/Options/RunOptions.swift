import ArgumentParser

/// The options of a run as a whole: gates, the estimate of its cost, several processes.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A gate, such as robust@4/255>=0.4, white-box@4/255>=0.4 or clean>=0.9: the audit ends with "
        + "code 1 unless it is met. May be repeated.", valueName: "share"))
  var require: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many damaged or missing samples a gate allows; with more it is not met.",
      valueName: "n"))
  var allowSkipped = 0

  @Flag(
    help: ArgumentHelp(
      "Measure one batch, print the cost of the audit and the width of its intervals, and stop."))
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With RANK and WORLD_SIZE, as torchrun sets them: how long to wait for a process that does not "
        + "respond.", valueName: "seconds"))
  var rankTimeout = 300.0
}
