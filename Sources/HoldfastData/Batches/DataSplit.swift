import HoldfastCore
import HoldfastFormats

/// How one data set is split into samples to learn from and samples to validate on.
///
/// Each class gives validation samples in proportion to its size, and keeps at least one to learn from.
/// Which ones, the SHA-256 of seed and id decides, so that it depends on no order.
public struct DataSplit: Codable, Hashable, Sendable {
  /// The number of validation samples.
  public let validation: Int
  /// The seed of the choice.
  public let seed: UInt64

  /// A split that sets `validation` samples aside.
  public init(validation: Int, seed: UInt64 = 0) {
    self.validation = validation
    self.seed = seed
  }

  /// The two parts of a set, which have no sample in common and together all samples.
  ///
  /// Classes of one sample are learned and not validated; a remark of the training part says so. A set
  /// without labels counts as one class.
  ///
  /// - Throws: `UsageError` for a number of validation samples that the classes cannot give, and what
  ///   indexing the set throws.
  public func parts(
    of set: any DataSet
  ) throws -> (training: any DataSet, validation: any DataSet) {
    let all = try set.indexed()
    let labels = (0..<all.count).map { set.hasLabels ? all.label(at: $0) : 0 }
    let ids = (0..<all.count).map(all.id(at:))
    let sizes = Dictionary(grouping: labels, by: \.self).mapValues(\.count)
    let most = all.count - sizes.count
    guard validation > 0, validation <= most else {
      throw UsageError(
        "\(validation) validation samples cannot be taken from the \(all.count) of `\(set.path)`, "
          + "of which each class keeps one to learn from",
        hint: most > 0 ? "ask for 1 to \(most)" : "give validation data of their own")
    }
    let order = Checksum.order(of: ids.map { "split\t\(seed)\t\($0)" })
    let turns = Self.inTurns(order, labels, sizes)
    let chosen = Set(turns.prefix(validation).map { ids[$0] })
    let single = sizes.filter { $0.value == 1 }.keys.sorted()
    return (
      ChosenSet(
        of: set, Set(ids).subtracting(chosen), subsample: set.subsample,
        remarks: single.isEmpty ? [] : [Self.remark(on: single, of: set)]),
      ChosenSet(of: set, chosen, subsample: set.subsample)
    )
  }

  /// The samples that may be set aside, all but one of each class, so that any number of first ones is in
  /// proportion to the sizes of the classes (Sainte-Laguë).
  private static func inTurns(_ order: [Int], _ labels: [Int], _ sizes: [Int: Int]) -> [Int] {
    var turns: [Int: Int] = [:]
    var shares: [(share: Double, rank: Int, place: Int)] = []
    for (rank, place) in order.enumerated() {
      let (label, turn) = (labels[place], turns[labels[place], default: 0])
      let size = sizes[label, default: 0]
      turns[label] = turn + 1
      if turn < size - 1 { shares.append(((Double(turn) + 0.5) / Double(size), rank, place)) }
    }
    return shares.sorted { ($0.share, $0.rank) < ($1.share, $1.rank) }.map(\.place)
  }

  private static func remark(on single: [Int], of set: any DataSet) -> String {
    let names = single.prefix(5).map { label in
      set.classNames.flatMap { $0.indices.contains(label) ? "`\($0[label])`" : nil } ?? "\(label)"
    }
    let isOne = single.count == 1
    return "\(single.count) \(isOne ? "class" : "classes") of `\(set.path)` with one sample "
      + "\(isOne ? "is" : "each are") learned and not validated: "
      + (names + (single.count > 5 ? ["…"] : [])).joined(separator: ", ")
  }
}
