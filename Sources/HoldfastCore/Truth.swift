public import HoldfastTensor

/// What is known about one sample, and what its prediction is compared with.
public struct SampleTruth {
  /// The true class, or in a retrieval index the first true partner.
  public let label: Int
  /// All true partners in a retrieval index, the label among them; the label alone for a classifier.
  public let partners: [Int]
  /// The number of entries of the retrieval index; nil for a classifier.
  public let entries: Int?
  /// The classes or entries of the index that are not true, the likeliest of the unperturbed input
  /// first: what targeted runs aim at in turn.
  public let rivals: [Int]
  /// The embedding of the unperturbed input: `(1, D)`.
  public let cleanEmbedding: Tensor
  /// The embedding that a targeted embedding attack aims at: `(1, D)`.
  public let goal: Tensor?
  /// The top class for the unperturbed input; nil when there is no head.
  public let predicted: Int?

  /// The truth about a sample; `partners` may leave out the label.
  public init(
    label: Int, partners: [Int] = [], entries: Int? = nil, rivals: [Int] = [],
    cleanEmbedding: Tensor, goal: Tensor? = nil, predicted: Int? = nil
  ) {
    self.label = label
    self.partners = [label] + partners.filter { $0 != label }
    self.entries = entries
    self.rivals = rivals
    self.cleanEmbedding = cleanEmbedding
    self.goal = goal
    self.predicted = predicted
  }

  /// Whether the unperturbed input is classified right, or has a true partner on top.
  public var isCorrect: Bool { predicted.map(partners.contains) ?? false }

  /// The truth about a sample, from the prediction for its unperturbed input: one row.
  ///
  /// - Parameter partners: the true entries of a retrieval index, whose scores are the logits; nil
  ///   for a classifier.
  public init(
    label: Int, partners: [Int]? = nil, of prediction: Prediction, goal: Tensor? = nil
  ) throws(TorchError) {
    let isTrue = Set((partners ?? []) + [label])
    let order = try prediction.logits.map { (logits) throws(TorchError) in
      try logits.select(0, 0).sorted(0, descending: true).indices.array(of: Int.self)
    }
    self.init(
      label: label, partners: partners ?? [], entries: partners == nil ? nil : order?.count,
      rivals: (order ?? []).filter { !isTrue.contains($0) },
      cleanEmbedding: prediction.embedding, goal: goal, predicted: order?.first)
  }
}

extension SampleTruth {
  /// The same with one class to aim at, and no other rival.
  public func aiming(at target: Int) -> SampleTruth {
    SampleTruth(
      label: label, partners: partners, entries: entries, rivals: [target],
      cleanEmbedding: cleanEmbedding, goal: goal, predicted: predicted)
  }
}

/// What is known about the samples of a batch.
public struct Truth: SlotState {
  /// The true class of each sample, int64: `(B)`.
  public let labels: Tensor
  /// The class that each targeted run aims at, int64; the label for a run without a target: `(B)`.
  public let targets: Tensor
  /// Which entries of a retrieval index are true partners: `(B, K)`; nil for a classifier.
  public let partners: Tensor?
  /// The embeddings of the unperturbed inputs: `(B, D)`.
  public let cleanEmbedding: Tensor
  /// The embeddings that targeted embedding attacks aim at: `(B, D)`.
  public let goal: Tensor?
  /// The logits of the unperturbed inputs: `(B, K)`; nil where no objective asks for them.
  public let cleanLogits: Tensor?

  /// The truth about a batch.
  public init(
    labels: Tensor, targets: Tensor? = nil, partners: Tensor? = nil, cleanEmbedding: Tensor,
    goal: Tensor? = nil, cleanLogits: Tensor? = nil
  ) {
    self.labels = labels
    self.targets = targets ?? labels
    self.partners = partners
    self.cleanEmbedding = cleanEmbedding
    self.goal = goal
    self.cleanLogits = cleanLogits
  }

  /// The truth about each sample, row by row, on `device`.
  ///
  /// - Parameters:
  ///   - samples: all of one classifier, or of one retrieval index.
  ///   - targets: what the runs aim at.
  public init(
    _ samples: [SampleTruth], targets: [Int?], on device: Device
  ) throws(TorchError) {
    let goals = samples.compactMap(\.goal)
    var partners: Tensor?
    if let entries = samples.first?.entries {
      var mask = [Bool](repeating: false, count: samples.count * entries)
      for (row, sample) in samples.enumerated() {
        for partner in sample.partners { mask[row * entries + partner] = true }
      }
      partners = try Tensor(mask, [samples.count, entries]).to(device)
    }
    self.init(
      labels: try Tensor(samples.map(\.label)).to(device),
      targets: try Tensor(zip(samples, targets).map { $1 ?? $0.label }).to(device),
      partners: partners,
      cleanEmbedding: try .concatenating(samples.map(\.cleanEmbedding)).to(device),
      goal: goals.count == samples.count ? try .concatenating(goals).to(device) : nil)
  }

  /// Each tensor merged with its partner.
  public func merged(with other: Truth, _ merge: RowMerge) throws(TorchError) -> Truth {
    Truth(
      labels: try merge(labels, other.labels), targets: try merge(targets, other.targets),
      partners: try merge(partners, other.partners),
      cleanEmbedding: try merge(cleanEmbedding, other.cleanEmbedding),
      goal: try merge(goal, other.goal), cleanLogits: try merge(cleanLogits, other.cleanLogits))
  }
}
