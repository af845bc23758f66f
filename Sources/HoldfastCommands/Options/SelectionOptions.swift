import ArgumentParser
import Holdfast

/// Which samples of a data set are audited.
struct SelectionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The part of the data, by its layout's names (holdfast list datasets); test by default.",
      valueName: "name"))
  var split: String?

  @Option(
    help: ArgumentHelp(
      "Audit n samples: two of each class, then any, fixed by the seed (0). `csr` takes the 1000 "
        + "that CSR does.", valueName: "n[:seed]"))
  var subsample: String?

  @Flag(
    help: ArgumentHelp(
      "Stop at a damaged or missing file, instead of counting and skipping it."))
  var strict = false

  /// The samples that are meant.
  var selection: Selection { Selection(split: split, subsample: subsample, strict: strict) }
}
