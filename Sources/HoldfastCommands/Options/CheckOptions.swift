import ArgumentParser

/// The masking checklist on the command line.
struct CheckOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The masking checks: full (on the first 100 samples), off, or on how many samples.",
      discussion: """
        The attack runs again at each radius and at 64/255, each by itself. Samples still right at one \
        radius then face 5,000 queries of Square and ten times the steps of the attack: 6,000 \
        forward and 1,000 backward passes for each such sample at the usual 100 steps.
        """, valueName: "full|off|n"), completion: .list(["full", "off"]))
  var checks = "full"
}
