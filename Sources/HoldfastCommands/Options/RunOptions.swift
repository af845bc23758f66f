import ArgumentParser

/// What an audit takes about the run as a whole: gates, a look at the cost, several processes.
struct RunOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A gate: ends with code 1 unless it is met. May be repeated. As robust@4/255>=0.4, "
        + "white-box@4/255>=0.4, clean>=0.9.", valueName: "share"))
  var require: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many samples a gate may do without: inputs that are damaged or not there. Any more shut it.",
      valueName: "n"))
  var allowSkipped = 0

  @Flag(
    help: ArgumentHelp(
      "Measure one batch, print what the audit will cost and how sure it will be, and stop."))
  var dryRun = false

  @Option(
    help: ArgumentHelp(
      "With RANK and WORLD_SIZE, as torchrun sets them: how long to wait for a process that gives no "
        + "sign of life.", valueName: "seconds"))
  var rankTimeout = 300.0
}
