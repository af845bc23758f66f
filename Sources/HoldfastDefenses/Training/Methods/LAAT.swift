public import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// LAAT: classification under anchors that were moved apart.
///
/// Texts crowd together, so their anchors are expanded first (``AnchorExpansion``). The loss is
/// CE(cos(f(x̃), a) / τ, y) - β · mean cos(f(x), f(x̃)), and the inner attack raises the cross-entropy. The
/// hardened model answers by expanded anchors too, also for classes that it was not trained on. Source: Li
/// et al., 2024; specs: defences, section 1.6.
public struct LAAT: TrainingDefense {
  /// `laat`.
  public static let name = "laat"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Seven steps of PGD of 2/255, at 8/255, by default.
  public var inner: InnerSearch
  /// The temperature τ of cosines.
  public var temperature: Double
  /// The weight β of the cosine between embeddings.
  public var beta: Double

  /// LAAT with the given hyper-parameters; the paper also names 0.07 for τ.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil,
    temperature: Double = 1, beta: Double = 1
  ) {
    self.trains = trains
    self.inner = inner ?? InnerSearch(steps: 7, radius: .eightLevels)
    self.temperature = temperature
    self.beta = beta
  }

  /// Labels.
  public var needs: Set<TrainingNeed> { [.labels] }

  /// One, against cross-entropy under the expanded anchors.
  public var stages: [TrainingStage] { [.crossEntropy(inner, studentPasses: 2)] }

  /// SGD at 0.05, a tenth of it after 60 % of the steps; the release never reaches its second drop.
  public var optimization: Optimization {
    Optimization(
      .sgd(momentum: 0.9), learningRate: 0.05, schedule: .drops(at: [0.6], factor: 0.1),
      warmup: .steps(0), decay: 5e-4)
  }

  /// A hundred epochs of 128.
  public var length: TrainingLength { TrainingLength(batchSize: 128, .epochs(100)) }

  /// The expanded anchors; the bundle keeps what expands others.
  public func prepare(_ context: TrainingContext) throws -> TrainingHead {
    let anchors = try context.requireAnchors(Self.name)
    let expansion = try AnchorExpansion(of: anchors)
    let expanded = try expansion(anchors)
    return TrainingHead(
      Head(anchors: expanded, scale: 1 / temperature),
      kept: [
        Self.mean: expansion.mean, Self.angle: try Tensor([Float(expansion.largestAngle)]),
      ],
      facts: [
        "mean cosine of anchors": try AnchorExpansion.meanCosine(of: anchors),
        "mean cosine of expanded anchors": try AnchorExpansion.meanCosine(of: expanded),
      ])
  }

  /// The cross-entropy of perturbed inputs, and the cosine between embeddings.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let clean = try step.student.embedding(.clean).normalized()
    let perturbed = try step.student.embedding(.adversarial).normalized()
    return [
      try step.crossEntropyTerm(.adversarial),
      Term("cosine", try (clean * perturbed).sum([1]).mean(), weight: -beta),
    ]
  }

  /// The head with its anchors expanded as those of the training were.
  public func head(_ head: Head, _ fitted: Fitted) throws -> Head {
    guard let anchors = head.anchors else {
      throw UsageError(
        "laat answers by anchors, and the outputs of this model are its classes",
        hint: "take another method, such as tecoa")
    }
    guard let mean = fitted[Self.mean], mean.shape == [anchors.shape[0]],
      let angle = try fitted[Self.angle]?.sum().item(), angle.isFinite, angle > 0
    else {
      throw UsageError(
        "laat needs the mean direction and the largest angle of its anchors",
        hint: "make the bundle again with `holdfast harden`")
    }
    let expansion = AnchorExpansion(mean: try mean.to(anchors.device), largestAngle: angle)
    let expanded = try expansion(anchors)
    guard head.anchorsPerClass > 1 else { return Head(anchors: expanded, scale: 1 / temperature) }
    return try Head(
      nearestOf: expanded.reshaped([anchors.shape[0], head.classCount, head.anchorsPerClass]),
      scale: 1 / temperature)
  }

  private static let mean = "anchors.mean"
  private static let angle = "anchors.angle"
}

extension DefenseTable {
  /// The entry of LAAT in the table of defences.
  static let laat = DefenseEntry(
    training: LAAT(), summary: "classification under anchors that were moved apart",
    source: "Li et al., 2024", options: ["tau=1", "beta=1"],
    make: { (spelling, plain) throws(UsageError) in
      LAAT(
        inner: try spelling.takeInner(plain.inner),
        temperature: try spelling.takeNumber("tau", "a number above 0") { $0 > 0 }
          ?? plain.temperature,
        beta: try spelling.takeWeight("beta", default: plain.beta))
    })
}
