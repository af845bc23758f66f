public import HoldfastCore
public import HoldfastTensor

/// What stands for each class in a model's space: one or more embeddings of unit length.
///
/// A head over it takes the mean of each class (Radford et al., 2021, section 3.1.4), or looks for
/// the nearest of all anchors (Lyu et al., 2024, section 3.3).
public struct AnchorBank {
  /// How the anchors of a class become its logit.
  public enum Reduction: String, Codable, Hashable, Sendable, CaseIterable {
    /// The cosine with their mean, which is brought to unit length.
    case mean
    /// The cosine with the nearest of them.
    case nearest
  }

  /// The classes, in the order of their labels.
  public let classNames: [String]
  /// How many anchors each class has.
  public let counts: [Int]
  /// All anchors at unit length, those of a class next to each other, in the order of the classes:
  /// `(R, D)`, float32.
  public let rows: Tensor

  /// A bank of the given embeddings of each class, of any length but 0: `(count, D)` in all,
  /// `counts` of which are the first class's, the second's, and so on.
  ///
  /// - Parameter place: what errors call them.
  /// - Throws: ``EncoderError`` when a class has no anchor, or an anchor of length 0 or not finite;
  ///   when there are no classes; and when rows and counts differ.
  public init(
    classNames: [String], counts: [Int], rows: Tensor, place: String = "the anchors given"
  ) throws {
    guard !classNames.isEmpty else {
      throw EncoderError(
        what: "there are no class names", where: "zero-shot classifier",
        hint: "name at least one class")
    }
    guard rows.rank == 2, counts.count == classNames.count,
      counts.reduce(0, +) == rows.shape[0], rows.shape[1] > 0
    else {
      throw EncoderError(
        what: "\(rows.shape) are not \(counts.reduce(0, +)) anchors of \(classNames.count) classes",
        where: place, hint: "the counts of the classes must add up to the rows")
    }
    let empty = zip(classNames, counts).filter { $0.1 < 1 }.map(\.0)
    guard empty.isEmpty else {
      throw EncoderError(
        what: "there are no anchors for \(empty.named)", where: place,
        hint: "give every class at least one anchor")
    }
    let values = try rows.detached().to(.float32)
    let lengths = try values.norm(2, [1])  // (R)
    guard try (lengths.isFinite().and(lengths .> 0)).all().item() == 1 else {
      throw EncoderError(
        what: "some anchors are zero, infinite or NaN, so they have no direction",
        where: place, hint: "the model or the file that made them is damaged")
    }
    self.classNames = classNames
    self.counts = counts
    self.rows = try values.normalized()
  }

  /// The width D of the embeddings.
  public var width: Int { rows.shape[1] }

  /// One column of unit length for each class, the mean of its anchors: `(D, K)`.
  public func means() throws(TorchError) -> Tensor {
    try averages().normalized().transposed(0, 1).contiguous()
  }

  /// The mean of each class, of whatever length: `(K, D)`.
  private func averages() throws(TorchError) -> Tensor {
    if let count = counts.first, counts.allSatisfy({ $0 == count }) {
      return try rows.reshaped([counts.count, count, width]).mean([1])
    }
    var means: [Tensor] = []
    var start = 0
    for count in counts {
      means.append(try rows.slice(0, start..<start + count).mean([0]))
      start += count
    }
    return try .stacking(means)
  }

  /// The head that reads embeddings by this bank, with a factor on cosines.
  public func head(
    _ reduction: Reduction = .mean, scale: Double
  ) throws(TorchError) -> Head {
    switch reduction {
    case .mean: Head(anchors: try means(), scale: scale)
    case .nearest: try Head(nearestOf: columns(), scale: scale)
    }
  }

  /// This bank on a device.
  public func to(_ device: Device) throws -> AnchorBank {
    try AnchorBank(classNames: classNames, counts: counts, rows: rows.to(device))
  }

  /// As many columns for each class, the largest count, of which the first stands in for those that
  /// a class lacks: `(D, K, A)`.
  private func columns() throws(TorchError) -> Tensor {
    let most = counts.max() ?? 0
    var places: [Int] = []
    var start = 0
    for count in counts {
      places += (0..<most).map { start + ($0 < count ? $0 : 0) }
      start += count
    }
    return try rows.selecting(0, Tensor(places).to(rows.device))  // (K · A, D)
      .transposed(0, 1).contiguous().reshaped([width, counts.count, most])
  }
}

extension [String] {
  /// The first few in quotes, and how many more there are.
  var named: String {
    let rest = count - 8
    return prefix(8).map { "`\($0)`" }.joined(separator: ", ")
      + (rest > 0 ? " and \(rest) more" : "")
  }
}
