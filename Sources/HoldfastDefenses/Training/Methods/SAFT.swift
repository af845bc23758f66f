public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor
public import HoldfastTraining

/// SAFT: TGA-ZSR under several descriptions of each class, in the loss and in the inner attack.
///
/// Cross-entropies are averaged over the descriptions, each of which makes a classifier with the others of
/// its place, and maps are those of the mean score. Of the captions given, those most like the class's own
/// anchor are taken. Source: SAFT, 2026 (arXiv 2602.12461); specs: field-2026, section A.
public struct SAFT: TrainingDefense {
  /// `saft`.
  public static let name = "saft"

  /// The part of the tower that is trained; all of it by default.
  public var trains: TrainedPart
  /// Two steps of PGD at 1/255 by default.
  public var inner: InnerSearch
  /// How many captions of each class are taken.
  public var captions: Int
  /// The weight α of the maps of perturbed inputs.
  public var alpha: Double
  /// The weight β of the maps of unperturbed inputs.
  public var beta: Double
  /// Whether tokens are normalised over tokens, as the released code does, rather than over features.
  public var asReleased: Bool

  /// SAFT with the given hyper-parameters.
  public init(
    trains: TrainedPart = .full, inner: InnerSearch? = nil, captions: Int = 5,
    alpha: Double = 0.08, beta: Double = 0.05, asReleased: Bool = false
  ) {
    self.trains = trains
    self.inner = inner ?? .twoSteps
    self.captions = captions
    self.alpha = alpha
    self.beta = beta
    self.asReleased = asReleased
  }

  /// Labels, captions, texts to read them by, and tokens.
  public var needs: Set<TrainingNeed> { [.labels, .texts, .captions, .tokens] }

  /// One, against the mean cross-entropy over captions.
  public var stages: [TrainingStage] {
    [
      TrainingStage(
        inner: inner.attack(CaptionCrossEntropy(captions: captions)), comparing: .labels,
        teacherPasses: 1, studentPasses: 2)
    ]
  }

  /// SGD at 1e-4.
  public var optimization: Optimization { .teCoA(1e-4) }

  /// Ten epochs of 128.
  public var length: TrainingLength { .tokenMaps }

  /// A head over all captions, those of a place next to each other, `(D, A · K)`; validation samples are
  /// judged by the head that is given.
  ///
  /// A class with too few captions is told by its anchor in the place of the others.
  public func prepare(_ context: TrainingContext) throws -> TrainingHead {
    let anchors = try context.requireAnchors(Self.name)
    guard let given = context.captions, given.count == anchors.shape[1] else {
      throw UsageError(
        "saft needs descriptions of each class",
        hint: "give a JSON file of texts for each class with --captions", option: "captions")
    }
    var classes: [Tensor] = []
    for (place, texts) in given.enumerated() {
      classes.append(
        try chosen(texts, like: anchors.slice(1, place..<place + 1), in: context))
    }
    let all = try Tensor.stacking(classes, 2)  // (D, A, K)
    let shape = all.shape
    return TrainingHead(
      Head(
        anchors: try all.reshaped([shape[0], shape[1] * shape[2]]), scale: context.head?.scale ?? 1),
      judge: context.head,
      texts: [Self.columns: try all.transposed(0, 1).contiguous()])  // (A, D, K)
  }

  /// The captions of a class that are most like its anchor `(D, 1)`: `(D, A)`.
  private func chosen(
    _ texts: [String], like anchor: Tensor, in context: TrainingContext
  ) throws -> Tensor {
    guard texts.count >= captions else {
      return try anchor.expanded([anchor.shape[0], captions])
    }
    let all = try context.columns(of: texts, Self.name)  // (D, texts)
    let likeness = try (all * anchor).sum([0])
    return try all.selecting(1, likeness.top(captions, 0).indices)
  }

  /// The mean cross-entropy of perturbed inputs, and how far maps have moved.
  public func terms(_ step: TrainingStep) throws -> [Term] {
    let maps = TokenMap(of: step.input, normalizesOverTokens: asReleased)
    guard let columns = step.texts[Self.columns] else {
      throw UsageError("saft has no captions of the classes")
    }
    let loss = try CaptionCrossEntropy(captions: captions).loss(
      step.student.logits(.adversarial), step.requireLabels())
    return try [Term("cross-entropy", loss.mean())]
      + step.mapTerms(alpha: alpha, beta: beta) { (tokens) throws(TorchError) in
        try maps(tokens, step.texts(of: columns, for: tokens), of: step.ids.count)
      }
  }

  private static let columns = "captions"
}

/// The mean cross-entropy over several captions of each class, whose logits lie side by side: those of all
/// classes for the first caption, then for the second.
public struct CaptionCrossEntropy: Objective {
  /// `caption-cross-entropy`.
  public static let name = "caption-cross-entropy"
  /// The loss itself.
  public static let formula = "mean over captions of log Σ exp z - z_y"

  /// The captions of each class.
  public var captions: Int

  /// The mean over so many captions.
  public init(captions: Int) {
    self.captions = captions
  }

  /// The mean cross-entropy of each sample.
  public func loss(_ prediction: Prediction, _ truth: Truth) throws(TorchError) -> Tensor {
    try loss(prediction.requireLogits("caption-cross-entropy"), truth.labels)
  }

  /// The mean cross-entropy of logits `(B, A · K)`: `(B)`.
  func loss(_ logits: Tensor, _ labels: Tensor) throws(TorchError) -> Tensor {
    let (rows, columns) = (logits.shape[0], logits.shape[1])
    let each = try logits.reshaped([rows * captions, columns / captions])  // (B · A, K)
    let repeated = try labels.unsqueezed(1).expanded([rows, captions]).reshaped([rows * captions])
    return try each.crossEntropy(repeated).reshaped([rows, captions]).mean([1])
  }
}

extension DefenseTable {
  /// The entry of SAFT in the table of defences.
  static let saft = DefenseEntry(
    training: SAFT(), summary: "TGA-ZSR under several descriptions of each class",
    source: "SAFT, 2026",
    options: ["captions=5", "alpha=0.08", "beta=0.05", "as-released=false"],
    make: { (spelling, plain) throws(UsageError) in
      SAFT(
        inner: try spelling.takeInner(plain.inner),
        captions: try spelling.takeCount("captions", default: plain.captions),
        alpha: try spelling.takeWeight("alpha", default: plain.alpha),
        beta: try spelling.takeWeight("beta", default: plain.beta),
        asReleased: try spelling.takeFlag("as-released", default: plain.asReleased))
    })
}
