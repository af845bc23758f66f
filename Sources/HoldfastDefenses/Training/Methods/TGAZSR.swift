import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// TGA-ZSR: TeCoA, whose maps of where the class's text is in an input stay the frozen model's.
///
/// L = CE(s cos(f(x̃), T), y) + α · mean ‖A(x̃) - A₀(x)‖ + β · mean ‖A(x) - A₀(x)‖, with A the map of the
/// class's text over the tokens brought to the size of the input. Source: Yu et al., 2024;
/// specs: defences, section 1.5.
public struct TGAZSR: TrainingDefense {
  /// `tga-zsr`.
  public static let name = "tga-zsr"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Two steps of PGD at 1/255 by default.
  public var inner: InnerSearch
  /// The weight α of the maps of perturbed inputs.
  public var alpha: Double
  /// The weight β of the maps of unperturbed inputs.
  public var beta: Double
  /// Whether tokens are normalised over tokens, as the released code does, rather than over features.
  public var asReleased: Bool

  /// TGA-ZSR with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil, alpha: Double = 0.08,
    beta: Double = 0.05, asReleased: Bool = false
  ) {
    self.trains = trains
    self.inner = inner ?? .twoSteps
    self.alpha = alpha
    self.beta = beta
    self.asReleased = asReleased
  }

  /// Labels and tokens.
  public var needs: Set<TrainingNeed> { [.labels, .tokens] }

  /// One, against cross-entropy.
  public var stages: [TrainingStage] { [.tokenMaps(inner)] }

  /// SGD at 1e-4.
  public var optimization: Optimization { .teCoA(1e-4) }

  /// Ten epochs of 128.
  public var length: TrainingLength { .tokenMaps }

  /// The head, which must have one anchor for each class.
  public func prepare(_ context: TrainingContext) throws -> TrainingHead {
    _ = try context.requireAnchors(Self.name)
    return TrainingHead(context.head)
  }

  /// The cross-entropy of perturbed inputs, and how far maps have moved.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let maps = TokenMap(of: step.input, normalizesOverTokens: asReleased)
    let texts = try step.requireAnchors().unsqueezed(0)  // (1, D, K)
    return try [step.crossEntropyTerm(.adversarial)]
      + step.mapTerms(alpha: alpha, beta: beta) { (tokens) throws(TorchError) in
        try maps(tokens, step.texts(of: texts, for: tokens), of: step.ids.count)
      }
  }
}

extension DefenseTable {
  /// The entry of TGA-ZSR in the table of defences.
  static let tgaZSR = DefenseEntry(
    training: TGAZSR(), summary: "TeCoA whose maps of the class's text stay the frozen model's",
    source: "Yu et al., 2024", options: ["alpha=0.08", "beta=0.05", "as-released=false"],
    make: { (spelling, plain) throws(UsageError) in
      TGAZSR(
        inner: try spelling.takeInner(plain.inner),
        alpha: try spelling.takeWeight("alpha", default: plain.alpha),
        beta: try spelling.takeWeight("beta", default: plain.beta),
        asReleased: try spelling.takeFlag("as-released", default: plain.asReleased))
    })
}
