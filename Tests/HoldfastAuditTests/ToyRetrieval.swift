import Foundation
import HoldfastAttacks
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport

@testable import HoldfastAudit

/// A small audit of retrieval: inputs of a toy, an index of entries near their embeddings, and
/// distractors near some of them.
struct ToyRetrieval {
  let encoder: WatchedEncoder
  let index: RetrievalIndex
  let samples: [PreparedSample]
  static let radii = ["2/255", "8/255", "40/255"].compactMap(Radius.init)

  /// Sixteen inputs, sixteen entries, and six distractors beside the first inputs.
  ///
  /// Entry i belongs to input i, entry 0 to input 1 as well, and entry 3 to input 2.
  init(noise scale: Double = 0.25) throws {
    let base = try ToyEncoder.image()
    encoder = WatchedEncoder(base)
    let inputs = try base.toyInputs(16)
    let embeddings = try withoutGradients {
      try inputs.map { try base.embed($0).normalized() }
    }
    var noise = Generator(seed: 2, stream: "gallery")
    func near(_ row: Tensor) throws -> Tensor {
      try row + noise.normal([1, 8]) * (scale / 8.0.squareRoot())
    }
    let entries = try embeddings.map { try near($0) } + embeddings.prefix(6).map { try near($0) }
    var partners = Dictionary(uniqueKeysWithValues: (0..<16).map { ("input-\($0)", [$0]) })
    partners["input-1"] = [1, 0]
    partners["input-2"] = [2, 3]
    index = try RetrievalIndex(
      embeddings: .concatenating(entries), partners: partners, queries: 16)
    samples = try inputs.enumerated().map { index, input in
      PreparedSample(
        id: "input-\(index)", label: 0,
        input: try PreparedInput(values: input.array(of: Float.self), shape: [3, 8, 8]))
    }
  }

  func plan(
    _ attacks: [String] = ["crossmaxim:steps=6", "apgd-rank:steps=6"], slots: Int = 4,
    budgets: Budgets = .nested
  ) throws -> AuditPlan {
    AuditPlan(
      subject: Subject(encoder: encoder, head: try index.head(scale: 20, for: encoder)),
      attacks: [.whiteBox: try attacks.map { try AttackTable.recipe($0) }], radii: Self.radii,
      budgets: budgets, slots: slots)
  }

  /// The records of an audit, by id.
  func records(_ plan: AuditPlan) throws -> [String: SampleRecord] {
    var records: [String: SampleRecord] = [:]
    var rest = samples[...]
    try Auditor(Retrieval(plan, index: index)).run({ rest.popFirst() }) {
      records[$0.id] = $0
    }
    return records
  }

  static func planRecord(_ attacks: [String], budgets: Budgets = .nested) -> PlanRecord {
    var plan = PlanRecord.madeUp([.whiteBox], radii: radii.map(\.description))
    plan.protocols[1].attacks = attacks.map {
      AttackRecord(name: $0, objective: "o", parameters: "{}", restarts: 1, stop: "s")
    }
    plan.budgets = budgets == .nested ? .nested : .independent
    plan.retrieval = RetrievalPlanRecord(side: "input", partners: 16, distractors: 6)
    return plan
  }
}

/// An index by hand: cosines in float64, one at a time.
struct ByHand {
  /// Rows of numbers, made unit length.
  static func rows(_ tensor: Tensor) throws -> [[Double]] {
    let width = tensor.shape[1]
    let flat = try tensor.array(of: Float.self)
    return stride(from: 0, to: flat.count, by: width).map {
      unit(flat[$0..<$0 + width].map(Double.init))
    }
  }

  static func row(_ data: Data) -> [Double] {
    let values = data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    return unit(values.map(Double.init))
  }

  static func unit(_ row: [Double]) -> [Double] {
    let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return row.map { $0 / length }
  }

  static func cosine(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Sorts `all` by their cosine to `one`, and finds the first that `isTrue`.
  static func rank(_ one: [Double], among all: [[Double]], isTrue: (Int) -> Bool) -> Int {
    let order = all.indices.sorted { cosine(one, all[$0]) > cosine(one, all[$1]) }
    return 1 + (order.firstIndex { isTrue($0) } ?? order.count)
  }
}
