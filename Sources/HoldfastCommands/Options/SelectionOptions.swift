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
      "Stop at a file that is damaged or not there, instead of counting it and passing over it."))
  var strict = false

  /// The data set with the samples that are meant.
  func open(
    _ path: String, classes: [String]?, modality: Modality
  ) throws -> any DataSet {
    let set = try openDataSet(at: path, classes: classes, modality: modality, split: split)
    return try subsample.map { try set.taking(Subsample($0)) } ?? set
  }

  /// The pairs of those inputs that are meant.
  ///
  /// - Throws: `DataError` for inputs whose files are not there, with `--strict`.
  func take(_ pairs: PairManifest) throws -> PairManifest {
    if strict, let first = pairs.missing.first {
      throw DataError(
        "lacks the files of \(pairs.missing.count) inputs, such as `\(first)`", in: pairs.path,
        hint: "fetch them, or leave --strict out to audit the others")
    }
    return try subsample.map { try pairs.taking(Subsample($0)) } ?? pairs
  }
}

extension SubsampleRecord {
  /// What a run records about a choice of samples.
  init(_ subsample: Subsample) {
    self.init(count: subsample.count, seed: subsample.seed, rule: subsample.rule.rawValue)
  }
}

extension SkippedRecord {
  /// What a run records about a damaged file.
  init(_ skipped: SkippedSample) {
    self.init(id: skipped.id, reason: skipped.reason)
  }
}
