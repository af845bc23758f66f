import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastMedia
import HoldfastTensor
import HoldfastText

import struct Foundation.URL

/// The samples of a training: those that are learned from, and others that states are judged by.
struct TrainingData {
  let training: any DataSet
  let validation: any DataSet

  /// What a user should know about how the data were read.
  var remarks: [String] { training.remarks }

  /// The data of a request for one modality.
  ///
  /// Without a split of their own the training part is taken, where the data have one.
  init(_ request: TrainingRequest, _ argument: DataArgument, for modality: Modality) throws {
    let classes = try about(fileOf: "classes") {
      try request.classes.map { try ClassNames(contentsOf: URL(fileURLWithPath: $0)).names }
    }
    let whole = try about(fileOf: "data") {
      try Self.trainingPart(of: argument, request.selection, classes: classes, for: modality)
    }
    if let path = request.validationData {
      training = whole
      let other = try about(fileOf: "validation-data") {
        try DataArgument(path).open(Selection(), classes: classes, for: modality)
      }
      guard other.classNames == whole.classNames || !whole.hasLabels else {
        throw UsageError(
          "the validation data have other classes than the training data",
          hint: "give data of the same classes", option: "validation-data")
      }
      let enough = other.count.map { $0 <= request.validation } ?? false
      validation = enough ? other : try other.taking(Subsample("\(request.validation)"))
    } else {
      let count = whole.count.map { min(request.validation, max(1, $0 / 5)) }
      (training, validation) = try about(fileOf: "validation") {
        try DataSplit(validation: count ?? request.validation, seed: request.seed).parts(of: whole)
      }
    }
  }

  private static func trainingPart(
    of argument: DataArgument, _ selection: Selection, classes: [String]?, for modality: Modality
  ) throws -> any DataSet {
    let found = try argument.open(selection, classes: classes, for: modality)
    guard selection.split == nil, found.split != nil else { return found }
    var chosen = selection
    chosen.split = "train"
    return try argument.open(chosen, classes: classes, for: modality)
  }
}

extension DataSet {
  /// All samples, prepared and in memory, in batches of a hundred.
  ///
  /// - Throws: `DataError` when there is none.
  func prepared(
    by preparation: any Preparation, for input: InputSpec
  ) throws -> [TrainingBatch] {
    let samples = Prefetcher(self, preparation: preparation, stopsAtDamage: false)
    defer { samples.cancel() }
    var batches: [TrainingBatch] = []
    var waiting: [PreparedSample] = []
    func close() throws {
      guard !waiting.isEmpty else { return }
      batches.append(try TrainingBatch(waiting, hasLabels: hasLabels, input: input))
      waiting = []
    }
    while let sample = try samples.next() {
      waiting.append(sample)
      if waiting.count == 100 { try close() }
    }
    try close()
    guard !batches.isEmpty else { throw DataError("holds no validation samples", in: path) }
    return batches
  }
}
