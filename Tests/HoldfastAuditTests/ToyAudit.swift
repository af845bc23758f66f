import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastMedia
import HoldfastRecords
import HoldfastTensor
import HoldfastTestSupport

/// A small audit: a toy encoder that is defended by shrinking some of its embedding, and its bare
/// twin that transfer examples are made on.
struct ToyAudit {
  let base: ToyEncoder
  let source: WatchedEncoder
  let defended: WatchedEncoder
  let samples: [PreparedSample]
  private let bare: Subject

  /// - Parameters:
  ///   - answer: what the defended encoder does to each embedding.
  ///   - wrong: how often a label is wrong, so that the clean prediction is: one in so many.
  init(
    samples count: Int = 23, base: ToyEncoder? = nil, wrong: Int = 5,
    answer: @escaping (Tensor, Tensor) throws(TorchError) -> Tensor = Self.shrunk
  ) throws {
    let base = try base ?? .image()
    self.base = base
    source = WatchedEncoder(base)
    defended = WatchedEncoder(base, answer: answer)
    bare = try base.toySubject()
    let bare = bare
    let shape = base.input.shape
    samples = try base.toyInputs(count).enumerated().map { index, input in
      let lattice = base.input.range == nil ? input : try (input * 255).rounded() / 255
      let predicted = try withoutGradients {
        try Subject(encoder: base, head: bare.head).predict(lattice).logits?.argmax(1).item() ?? 0
      }
      let label = index % wrong == wrong - 1 ? (Int(predicted) + 1) % 5 : Int(predicted)
      return PreparedSample(
        id: "sample-\(index)", label: label,
        input: try PreparedInput(values: lattice.array(of: Float.self), shape: shape))
    }
  }

  /// The embedding with some of its coordinates a little shorter or longer.
  static func shrunk(_: Tensor, _ embedding: Tensor) throws(TorchError) -> Tensor {
    try embedding * Tensor([1, 0.9, 1, 1.1, 1, 0.95, 1.05, 1] as [Float], [1, 8])
  }

  static let radii = ["2/255", "8/255", "30/255"].compactMap(Radius.init)

  /// Every protocol, with short attacks.
  func plan(
    slots: Int = 4, radii: [Radius] = Self.radii, norm: Norm = .linf,
    _ protocols: Set<AuditProtocol> = [.transfer, .whiteBox, .adaptive]
  ) -> AuditPlan {
    let apgd = AttackRecipe(name: "apgd-ce", attack: APGD(steps: 6), objective: CrossEntropy())
    let embedding = AttackRecipe(
      name: "apgd-embedding", attack: APGD(steps: 5), objective: EmbeddingDistance())
    let pgd = AttackRecipe(name: "pgd", attack: PGD(steps: 4), objective: CrossEntropy())
    let all: [AuditProtocol: [AttackRecipe]] = [
      .transfer: [apgd], .whiteBox: [apgd, pgd], .adaptive: [embedding],
    ]
    return AuditPlan(
      subject: Subject(encoder: defended, head: bare.head),
      transferSource: Subject(encoder: source, head: bare.head),
      attacks: all.filter { protocols.contains($0.key) }, norm: norm, radii: radii, slots: slots)
  }

  /// The records of an audit, in the order they are finished.
  func records(_ plan: AuditPlan) throws -> [SampleRecord] {
    var records: [SampleRecord] = []
    var rest = samples[...]
    try Auditor(plan).run({ rest.popFirst() }) { records.append($0) }
    return records
  }
}

extension SampleRecord {
  /// The entries of a protocol.
  func radii(of name: AuditProtocol) -> [SampleRadiusRecord] {
    protocols.first { $0.name == name.rawValue }?.radii ?? []
  }

  /// This record without its seconds, which differ from run to run.
  var timeless: SampleRecord {
    var copy = self
    for (index, entry) in protocols.enumerated() {
      for place in entry.radii.indices { copy.protocols[index].radii[place].seconds = 0 }
    }
    return copy
  }
}

extension SummaryRecord {
  /// This summary without its seconds.
  var timeless: SummaryRecord {
    var copy = self
    for place in worstCase.indices { copy.worstCase[place].seconds = 0 }
    for (index, entry) in protocols.enumerated() {
      for place in entry.radii.indices { copy.protocols[index].radii[place].seconds = 0 }
    }
    return copy
  }
}

extension PlanRecord {
  /// A plan of the given protocols, for records that no model made.
  static func madeUp(
    _ protocols: [AuditProtocol] = [.transfer, .transferPNG, .whiteBox, .adaptive],
    radii: [String] = ToyAudit.radii.map(\.description)
  ) -> PlanRecord {
    .madeUp(protocols.map(\.rawValue), radii: radii)
  }
}
