import ArgumentParser

/// The description of a model that is code.
struct ScriptOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "For a TorchScript file of your own: a JSON file that describes its inputs and outputs.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var input: String?

  @Flag(
    help: ArgumentHelp(
      "Run a TorchScript file. It is a program: once loaded it can do anything that you can, so "
        + "trust its author first. Other files are read as data and need no trust."))
  var trust = false
}
