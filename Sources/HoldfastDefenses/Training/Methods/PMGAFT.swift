public import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// PMG-AFT: TeCoA, held to its own answer to unperturbed inputs and to the frozen model's to perturbed ones.
///
/// L = CE(p(x̃), y) + KL(p(x) ‖ p(x̃)) + KL(p₀(x̃) ‖ p(x̃)). Source: Wang et al., 2024;
/// specs: defences, section 1.4.
public struct PMGAFT: TrainingDefense {
  /// `pmg-aft`.
  public static let name = "pmg-aft"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Two steps of PGD at 1/255 by default.
  public var inner: InnerSearch
  /// Whether divergences are summed over the batch beside a mean cross-entropy, and pictures normalised
  /// by ImageNet's mean and deviation instead of CLIP's, as the released code does.
  public var asReleased: Bool

  /// PMG-AFT with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil, asReleased: Bool = false
  ) {
    self.trains = trains
    self.inner = inner ?? .twoSteps
    self.asReleased = asReleased
  }

  /// Labels.
  public var needs: Set<TrainingNeed> { [.labels] }

  /// One, against cross-entropy.
  public var stages: [TrainingStage] {
    [.crossEntropy(inner, teacherPasses: 1, studentPasses: 2)]
  }

  /// SGD at 5e-5.
  public var optimization: Optimization { .teCoA(5e-5) }

  /// Ten epochs of 256.
  public var length: TrainingLength { TrainingLength(batchSize: 256, .epochs(10)) }

  /// As released, what normalises pictures as ImageNet's networks want them.
  public var wrapper: ((any Encoder) -> any Encoder)? {
    asReleased ? { ImageNetPixels(base: $0) } : nil
  }

  /// Refuses what every training refuses, and as released all but pictures.
  public func check(_ subject: Subject) throws(UsageError) {
    try checkTower(subject)
    guard !asReleased || subject.encoder.modality == .image else {
      throw UsageError(
        "pmg-aft as released normalises pictures, and this is \(subject.encoder.modality.rawValue)",
        hint: "leave as-released out")
    }
  }

  /// The cross-entropy of perturbed inputs, and the two divergences.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let answer = try step.student.logits(.adversarial)
    let own = try step.student.logits(.clean).divergence(to: answer)
    let frozen = try step.teacher.logits(.adversarial).divergence(to: answer)
    // A sum over the batch is so many times the mean.
    let weight = asReleased ? Double(step.batchSize) : 1
    return [
      try step.crossEntropyTerm(.adversarial),
      Term("divergence", try own.mean(), weight: weight),
      Term("frozen-divergence", try frozen.mean(), weight: weight),
    ]
  }
}

/// An encoder of pictures that expects CLIP's mean and deviation, given pictures normalised by
/// ImageNet's.
struct ImageNetPixels: EncoderWrapper {
  let base: any Encoder

  private static let clip: (mean: [Float], deviation: [Float]) = (
    [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]
  )
  private static let imageNet: (mean: [Float], deviation: [Float]) = (
    [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
  )

  func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    func channels(_ values: [Float]) throws(TorchError) -> Tensor {
      try Tensor(values, [3, 1, 1]).to(input.device)
    }
    let unit = try (input - channels(Self.imageNet.mean)) / channels(Self.imageNet.deviation)
    // What the base makes `unit` of.
    let shown = try unit * channels(Self.clip.deviation) + channels(Self.clip.mean)
    return try base.embed(shown, sites: sites, noise: &noise)
  }
}

extension DefenseTable {
  /// The entry of PMG-AFT in the table of defences.
  static let pmgAFT = DefenseEntry(
    training: PMGAFT(),
    summary: "TeCoA, held to the frozen model's answers and its own to unperturbed inputs",
    source: "Wang et al., 2024", options: ["as-released=false"],
    make: { (spelling, plain) throws(UsageError) in
      PMGAFT(
        inner: try spelling.takeInner(plain.inner),
        asReleased: try spelling.takeFlag("as-released", default: plain.asReleased))
    })
}
