import ArgumentParser

/// What the classes are called, and what stands for them.
struct ClassOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Class names, one per line, in the order of the labels."),
    completion: .file())
  var classes: String?

  @Option(
    help: ArgumentHelp("Prompt templates, one per line, with {} for the class."),
    completion: .file())
  var templates: String?

  @OptionGroup var anchors: AnchorOptions
}
