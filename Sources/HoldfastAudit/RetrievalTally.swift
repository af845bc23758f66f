import Foundation
public import HoldfastRecords
import HoldfastRuns
import HoldfastTensor

/// Sums up the records of an audit of retrieval, in both directions.
///
/// The retrieval index is the one that the records were made with. In one direction each record
/// holds its rank. In the other every partner of a recorded input searches all recorded inputs,
/// each as the attack left it at that radius. What is not found when clean, or at a smaller radius
/// if budgets are nested, counts as lost.
public struct RetrievalTally {
  private let ranks = Retrieval.ranks
  private let records: [RetrievalSampleRecord]
  private let index: RetrievalIndex
  private let radii: [String]
  private let isNested: Bool
  /// The entries that look for inputs: each partner of a recorded input.
  private let queries: [Int]
  /// For each of them the places of its inputs among the records.
  private let inputs: [Int: [Int]]

  /// A tally of all records of a run.
  public init(_ samples: [SampleRecord], index: RetrievalIndex, plan: PlanRecord) {
    records = samples.compactMap(\.retrieval)
    self.index = index
    radii = plan.radii
    isNested = plan.budgets == .nested
    var inputs: [Int: [Int]] = [:]
    for (place, record) in records.enumerated() {
      for partner in record.partners { inputs[partner, default: []].append(place) }
    }
    self.inputs = inputs
    queries = inputs.keys.sorted()
  }

  /// The ranks of one state of the set: those of each input, and those of each query.
  private struct State {
    var from: [Int]
    var to: [Int]

    /// The worse of both, element by element.
    func worst(_ other: State) -> State {
      State(
        from: zip(from, other.from).map { max($0, $1) }, to: zip(to, other.to).map { max($0, $1) })
    }
  }

  /// What the run found.
  ///
  /// - Throws: `TorchError` when an embedding is not of the index's width.
  public func summary() throws -> RetrievalSummaryRecord {
    let clean = State(
      from: records.map(\.clean.rank), to: try lookUp(records.map(\.clean.embedding)))
    var worst = radii.map { _ in clean }
    var attacks: [RetrievalAttackSummaryRecord] = []
    for (place, attack) in (records.first?.attacks ?? []).enumerated() {
      var state = clean
      let rows = try radii.indices.map { index in
        let entries = records.map { $0.attacks[place].radii[index] }
        let found = State(
          from: entries.map(\.rank), to: try lookUp(entries.map(\.shown.embedding)))
        state = (isNested ? state : clean).worst(found)
        worst[index] = worst[index].worst(state)
        return row(index, state, clean: clean, shown: entries.map(\.shown))
      }
      attacks.append(
        RetrievalAttackSummaryRecord(
          attack: attack.attack, transfer: attack.transfer, radii: rows))
    }
    return RetrievalSummaryRecord(
      ranks: ranks, entries: index.count, clean: recall(clean), attacks: attacks,
      worstCase: attacks.isEmpty ? [] : worst.map(recall))
  }

  private func row(
    _ index: Int, _ state: State, clean: State, shown: [RetrievalPointRecord]
  ) -> RetrievalRadiusSummaryRecord {
    let (before, after) = (recall(clean), recall(state))
    let changes = zip(shown, records).map { $0.cosine - $1.clean.cosine }
    let n = Double(max(1, shown.count))
    return RetrievalRadiusSummaryRecord(
      radius: radii[index], recall: after,
      successFromAttacked: success(before.fromAttacked, after.fromAttacked),
      successToAttacked: success(before.toAttacked, after.toAttacked),
      cosine: shown.reduce(0) { $0 + $1.cosine } / n, cosineChange: changes.reduce(0, +) / n,
      repelled: changes.count { $0 < 0 }, largestDistance: shown.map(\.distance).max() ?? 0)
  }

  private func recall(_ state: State) -> RecallRecord {
    func shares(_ found: [Int]) -> [ProportionRecord] {
      ranks.map { k in .wilson(found.count { $0 <= k }, of: found.count) }
    }
    return RecallRecord(fromAttacked: shares(state.from), toAttacked: shares(state.to))
  }

  private func success(
    _ before: [ProportionRecord], _ after: [ProportionRecord]
  ) -> [Double?] {
    zip(before, after).map {
      $0.count == 0 ? nil : Double($0.count - $1.count) / Double($0.count)
    }
  }

  // MARK: The other direction

  /// The rank of the first true input of each query among inputs with these embeddings.
  private func lookUp(_ embeddings: [Data]) throws -> [Int] {
    let width = index.embeddings.shape[1]
    var bytes = Data()
    for embedding in embeddings { bytes.append(embedding) }
    guard !embeddings.isEmpty else { return [] }
    let set = try bytes.withUnsafeBytes {
      try Tensor(bytes: $0, shape: [embeddings.count, width], dtype: .float32)
    }
    var ranks: [Int] = []
    for start in stride(from: 0, to: queries.count, by: Self.chunk) {
      let part = queries[start..<min(queries.count, start + Self.chunk)]
      let rows = try index.embeddings.selecting(0, Tensor(Array(part)))
      let scores = try rows.matmul(set.transposed()).array(of: Float.self)
      for (row, query) in part.enumerated() {
        let own = scores[row * embeddings.count..<(row + 1) * embeddings.count]
        ranks.append(rank(of: inputs[query] ?? [], in: own))
      }
    }
    return ranks
  }

  /// The queries that are compared at a time.
  private static let chunk = 256
}
