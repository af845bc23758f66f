import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// Comp-TGA: TGA-ZSR with maps of where the class's text is and the text of its absence is not.
///
/// A = A_class · (1 - A_nonclass), with the texts "This is not a photo of a …" for the second. Source: Yu et
/// al., 2026 (arXiv 2603.18598); specs: defences, section 1.5.
public struct CompTGA: TrainingDefense {
  /// `comp-tga`.
  public static let name = "comp-tga"

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
  /// The text of a class's absence, with `{}` for the class.
  public var absence: String

  /// Comp-TGA with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil, alpha: Double = 0.1,
    beta: Double = 0.07, asReleased: Bool = false, absence: String = "This is not a photo of a {}"
  ) {
    self.trains = trains
    self.inner = inner ?? .twoSteps
    self.alpha = alpha
    self.beta = beta
    self.asReleased = asReleased
    self.absence = absence
  }

  /// Labels, texts and tokens.
  public var needs: Set<TrainingNeed> { [.labels, .texts, .tokens] }

  /// One, against cross-entropy.
  public var stages: [TrainingStage] { [.tokenMaps(inner)] }

  /// SGD at 1e-4.
  public var optimization: Optimization { .teCoA(1e-4) }

  /// Ten epochs of 128.
  public var length: TrainingLength { .tokenMaps }

  /// The head, and the texts of the absence of each class.
  public func prepare(_ context: TrainingContext) throws -> TrainingHead {
    _ = try context.requireAnchors(Self.name)
    guard let classes = context.classes else {
      throw UsageError(
        "comp-tga needs the names of the classes", hint: "name them with --classes")
    }
    let prompts = classes.map { absence.replacing("{}", with: $0) }
    return TrainingHead(
      context.head, texts: [Self.absent: try context.columns(of: prompts, Self.name)])
  }

  /// The cross-entropy of perturbed inputs, and how far maps have moved.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let maps = TokenMap(of: step.input, normalizesOverTokens: asReleased)
    let present = try step.requireAnchors().unsqueezed(0)  // (1, D, K)
    guard let absent = try step.texts[Self.absent]?.unsqueezed(0) else {
      throw UsageError("comp-tga has no texts of the absence of classes")
    }
    return try [step.crossEntropyTerm(.adversarial)]
      + step.mapTerms(alpha: alpha, beta: beta) { (tokens) throws(TorchError) in
        let here = try maps(tokens, step.texts(of: present, for: tokens), of: step.ids.count)
        let elsewhere = try maps(tokens, step.texts(of: absent, for: tokens), of: step.ids.count)
        return try here * (1 - elsewhere)
      }
  }

  private static let absent = "absent"
}

extension DefenseTable {
  /// The entry of Comp-TGA in the table of defences.
  static let compTGA = DefenseEntry(
    training: CompTGA(),
    summary: "TGA-ZSR with maps of where the class is and its absence is not",
    source: "Yu et al., 2026", options: ["alpha=0.1", "beta=0.07", "as-released=false"],
    make: { (spelling, plain) throws(UsageError) in
      CompTGA(
        inner: try spelling.takeInner(plain.inner),
        alpha: try spelling.takeWeight("alpha", default: plain.alpha),
        beta: try spelling.takeWeight("beta", default: plain.beta),
        asReleased: try spelling.takeFlag("as-released", default: plain.asReleased))
    })
}
