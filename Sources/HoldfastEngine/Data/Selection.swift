import Foundation
import HoldfastCore
import HoldfastData
import HoldfastErrors
import HoldfastRecords

/// Which samples of a data set are audited.
public struct Selection: Hashable, Sendable {
  /// The part of the data, by its layout's names; nil for the test part.
  public var split: String?
  /// How many samples, as `Subsample` reads it: `1000`, `1000:7`, `csr`; nil for all.
  public var subsample: String?
  /// Whether a file that cannot be decoded, or is not there, stops the run.
  public var strict = false

  /// All samples of the test part.
  public init(split: String? = nil, subsample: String? = nil, strict: Bool = false) {
    self.split = split
    self.subsample = subsample
    self.strict = strict
  }

  /// The data set with the samples that are meant.
  func open(_ path: String, classes: [String]?, modality: Modality) throws -> any DataSet {
    try taken(from: openDataSet(at: path, classes: classes, modality: modality, split: split))
  }

  /// Those samples of a set that are meant.
  func taken(from set: any DataSet) throws -> any DataSet {
    try subsample.map { try set.taking(Subsample($0)) } ?? set
  }

  /// The pairs of those inputs that are meant.
  ///
  /// - Throws: `DataError` for inputs whose files are not there, when ``strict``.
  func taken(from pairs: PairManifest) throws -> PairManifest {
    if strict, let first = pairs.missing.first {
      throw DataError(
        "lacks the files of \(counted(pairs.missing.count, "input")), such as `\(first)`",
        in: pairs.path,
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
  /// What a run records about a file that cannot be decoded.
  init(_ skipped: SkippedSample) {
    self.init(id: skipped.id, reason: skipped.reason)
  }
}
