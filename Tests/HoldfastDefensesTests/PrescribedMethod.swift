import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastLayers
import HoldfastTensor
import HoldfastTraining

/// A method whose inner attacks start at given offsets from the inputs, and which keeps the points that
/// it was trained on.
struct PrescribedMethod<Method: TrainingDefense>: TrainingDefense {
  static var name: String { Method.name }

  var method: Method
  /// Where inner attacks start.
  var offsets: [Float]
  /// Whether inner attacks make steps, or stay where they start.
  var isSearching: Bool
  var seen = SeenPoints()

  var trains: TrainedPart {
    get { method.trains }
    set { method.trains = newValue }
  }
  var inner: InnerSearch {
    get { method.inner }
    set { method.inner = newValue }
  }
  var needs: Set<TrainingNeed> { method.needs }
  var optimization: Optimization { method.optimization }
  var length: TrainingLength { method.length }
  var wrapper: ((any Encoder) -> any Encoder)? { method.wrapper }

  var stages: [TrainingStage] {
    method.stages.map { stage in
      TrainingStage(
        stage.name, share: stage.share, inner: stage.inner.map(prescribed),
        comparing: stage.reference, teacherPasses: stage.teacherPasses,
        studentPasses: stage.studentPasses)
    }
  }

  private func prescribed(_ inner: InnerAttack) -> InnerAttack {
    func started(_ base: some Attack) -> any Attack {
      PrescribedStart(base: base, offsets: offsets)
    }
    var inner = inner
    if isSearching {
      inner.attack = started(inner.attack)
    } else {
      inner.attack = started(PGD(steps: 0))
      // Given points may lie outside the method's own radius.
      inner.threat = ThreatModel(norm: .linf, radius: Radius(1))
    }
    return inner
  }

  func check(_ subject: Subject) throws(UsageError) { try method.check(subject) }

  func prepare(_ context: TrainingContext) throws -> TrainingHead { try method.prepare(context) }

  func terms(_ step: TrainingStep) throws -> [Term] {
    seen.points.append(step.adversarial)
    return try method.terms(step)
  }

  func head(_ head: Head, _ fitted: Fitted) throws -> Head { try method.head(head, fitted) }
}

/// The points of one step after another.
final class SeenPoints: Codable, Hashable, @unchecked Sendable {
  var points: [Tensor] = []

  init() {}

  private enum CodingKeys: CodingKey {}

  static func == (a: SeenPoints, b: SeenPoints) -> Bool { a === b }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// An attack that starts at given offsets from the inputs of a batch.
struct PrescribedStart<Base: Attack>: AttackCombinator {
  static var name: String { "\(Base.name)-prescribed" }

  var base: Base
  var offsets: [Float]

  typealias State = Base.State

  func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try ball.origin + Tensor(offsets, ball.origin.shape)
  }
}
