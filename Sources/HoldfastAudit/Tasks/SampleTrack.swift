import HoldfastAttacks
import HoldfastCore
import HoldfastFormats
import HoldfastRecords
import HoldfastTensor

/// What every task knows about a sample on its way: the input, the work, and the verdicts of each
/// protocol.
public struct SampleTrack {
  let id: String
  /// The input, float32, on the CPU: `(1, …)`.
  let input: Tensor
  let clean: CleanRecord
  /// The truth for the audited model.
  let truth: SampleTruth
  /// The truth for the model that transfer inputs are made on; nil if there is none.
  let sourceTruth: SampleTruth?
  /// Its target class; nil for untargeted attacks.
  let target: Int?
  /// The radii, ascending.
  let radii: [Radius]
  /// The protocols that are recorded.
  private let protocols: [AuditProtocol]
  /// Per protocol, one entry per radius.
  private(set) var entries: [AuditProtocol: [SampleRadiusRecord]]

  init(
    id: String, input: Tensor, clean: CleanRecord, truth: SampleTruth, sourceTruth: SampleTruth?,
    plan: AuditPlan
  ) {
    self.id = id
    self.input = input
    self.clean = clean
    self.truth = truth
    self.sourceTruth = sourceTruth
    target = plan.target == nil ? nil : truth.rivals.first
    radii = plan.radii
    protocols = plan.recorded
    let untouched = plan.radii.map {
      SampleRadiusRecord(radius: $0.description, robust: clean.correct)
    }
    entries = Dictionary(uniqueKeysWithValues: protocols.map { ($0, untouched) })
  }

  /// The sample as an attack of a protocol meets it.
  func job(in name: AuditProtocol, _ radii: [Radius]) -> AttackJob {
    let truth = name == .transfer ? sourceTruth ?? truth : truth
    return AttackJob(id: id, input: input, truth: truth, radii: radii)
  }

  /// The radii at which a protocol has not yet fooled the model.
  func standing(_ name: AuditProtocol) -> [Radius] {
    guard let entries = entries[name] else { return [] }
    return zip(radii, entries).filter { $0.1.robust }.map(\.0)
  }

  /// Adds passes that an attack of a protocol spent at a radius.
  mutating func spend(
    _ name: AuditProtocol, _ radius: Radius, attack: String, _ cost: Cost
  ) {
    guard cost.forward > 0 else { return }
    update(name, radius) { entry in
      let place = entry.attacks.firstIndex { $0.attack == attack }
      var work = AttackWorkRecord(attack: attack, runs: 0, forward: 0, backward: 0)
      if let place { work = entry.attacks.remove(at: place) }
      work.runs += cost.runs
      work.forward += cost.forward
      work.backward += cost.backward
      entry.attacks.insert(work, at: place ?? entry.attacks.endIndex)
      entry.forward += cost.forward
      entry.backward += cost.backward
      entry.seconds += cost.seconds
    }
  }

  /// Says that a transfer input was not made anew.
  mutating func markReused(at radius: Radius, attack: String) {
    update(.transfer, radius) { entry in
      guard let place = entry.attacks.firstIndex(where: { $0.attack == attack }) else { return }
      entry.attacks[place].reused = true
    }
  }

  /// Records an example that was tested on the audited model; true when it is now the example of
  /// the protocol.
  @discardableResult
  mutating func show(
    _ name: AuditProtocol, _ radius: Radius, attack: String, _ example: Example
  ) throws -> Bool {
    let record = ExampleRecord(
      attack: attack, predicted: example.predicted, margin: example.margin,
      inMarginBand: example.isInMarginBand, distance: example.distance,
      sha256: try Self.checksum(example.input))
    var isBest = false
    update(name, radius) { entry in
      // Of several examples, the one furthest past success is recorded.
      guard example.margin > entry.example?.margin ?? -.infinity else { return }
      isBest = true
      entry.example = record
      entry.robust = example.margin <= 0
    }
    return isBest
  }

  private mutating func update(
    _ name: AuditProtocol, _ radius: Radius, _ change: (inout SampleRadiusRecord) -> Void
  ) {
    guard var list = entries[name],
      let index = list.firstIndex(where: { Radius($0.radius) == radius })
    else { return }
    change(&list[index])
    entries[name] = list
  }

  /// The line of `samples.jsonl`.
  func record() throws -> SampleRecord {
    SampleRecord(
      id: id, label: truth.label, target: target, input: try Self.checksum(input), clean: clean,
      protocols: protocols.map { name in
        SampleProtocolRecord(name: name.rawValue, radii: entries[name] ?? [])
      })
  }

  private static func checksum(_ input: Tensor) throws -> String {
    Checksum.sha256(of: try input.bytes())
  }
}
