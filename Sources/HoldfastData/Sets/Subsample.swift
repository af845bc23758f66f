public import HoldfastCore
import HoldfastFormats

/// A part of a data set, fixed by a rule and a seed.
public struct Subsample: Codable, Hashable, Sendable {
  /// How samples are chosen.
  public enum Rule: String, Codable, Sendable {
    /// Two of each class, then any; which ones, the SHA-256 of seed and id decides. That does not
    /// depend on what else is in the set.
    case twoPerClass = "two-per-class"
    /// The first of numpy's permutation of the set's own order, as `pandas.DataFrame.sample` takes
    /// them.
    case csr
  }

  /// The number of samples.
  public let count: Int
  /// The seed.
  public let seed: UInt64
  /// How they are chosen.
  public let rule: Rule

  /// A choice of `count` samples.
  public init(count: Int = 1000, seed: UInt64 = 0, rule: Rule = .twoPerClass) {
    self.count = count
    self.seed = seed
    self.rule = rule
  }

  /// Reads `1000`, `1000:7` with a seed, or `csr` and `csr:1000` for CSR's, whose seed is 42.
  public init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let isCSR = parts[0] == "csr"
    let first = isCSR && parts.count == 1 ? 1000 : Int(isCSR ? parts[1] : parts[0])
    let second = isCSR ? 42 : parts.count == 1 ? 0 : UInt64(parts[1])
    guard parts.count <= 2, let first, first > 0, let second else {
      throw UsageError(
        "`\(text)` is not a subsample",
        hint: "write how many, and a seed if you like: 1000 or 1000:7")
    }
    self.init(count: first, seed: second, rule: isCSR ? .csr : .twoPerClass)
  }

  /// The places of the samples that are taken, ascending.
  ///
  /// - Parameters:
  ///   - ids: the samples, in the set's own order.
  ///   - labels: their classes; nil if they have none.
  /// - Throws: `UsageError` when there are too few to take two of each class.
  public func places(of ids: [String], labels: [Int]?) throws(UsageError) -> [Int] {
    guard count < ids.count else { return Array(ids.indices) }
    switch rule {
    case .csr:
      let order = NumPyShuffle.permutation(of: ids.count, seed: UInt32(truncatingIfNeeded: seed))
      return order.prefix(count).sorted()
    case .twoPerClass:
      let order = Checksum.order(of: ids.map { "\(seed)\t\($0)" })
      guard let labels else { return order.prefix(count).sorted() }
      var taken: [Int: Int] = [:]
      var (first, rest): ([Int], [Int]) = ([], [])
      for place in order {
        let isFirst = taken[labels[place], default: 0] < 2
        if isFirst { first.append(place) } else { rest.append(place) }
        taken[labels[place], default: 0] += 1
      }
      guard first.count <= count else {
        throw UsageError(
          "\(count) samples are too few for two of each of \(taken.count) classes",
          hint: "ask for at least \(first.count)")
      }
      return (first + rest.prefix(count - first.count)).sorted()
    }
  }
}

extension DataSet {
  /// The set with the samples that a subsample takes, in the order of a visit.
  ///
  /// The headers of shards are read for it, and no picture.
  public func taking(_ subsample: Subsample) throws -> any DataSet {
    var (ids, labels): ([String], [Int]) = ([], [])
    if let listed = (self as? ListedDataSet)?.listed {
      (ids, labels) = (listed.map(\.id), listed.map(\.label))
    } else {
      let all = try indexed()
      (ids, labels) = ((0..<all.count).map(all.id(at:)), (0..<all.count).map(all.label(at:)))
    }
    let places = try subsample.places(of: ids, labels: labels)
    return ChosenSet(of: self, Set(places.map { ids[$0] }), subsample: subsample)
  }
}

extension Checksum {
  /// The places of texts in order of their SHA-256: at random, and for each text the same whatever else
  /// there is.
  static func order(of texts: [String]) -> [Int] {
    texts.enumerated().map { (sha256(of: Array($1.utf8)), $0) }.sorted { $0 < $1 }.map(\.1)
  }
}
