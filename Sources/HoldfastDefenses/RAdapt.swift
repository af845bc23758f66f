import HoldfastAttacks
public import HoldfastCore
import HoldfastTensor

/// R-Adapt without training: a Gaussian low-pass filter in front of the encoder, and a fixed anchor
/// in place of part of the first block's attention.
///
/// Nie et al., 2026, section 4; specs: defences, section 5.1. The filter passes low frequencies with
/// gain 1 and the gradient reaches the input by the residual path, so the published robustness is
/// that against examples made for the undefended model; an attack through the defence is exact.
public struct RAdapt: Defense {
  /// `r-adapt`.
  public static let name = "r-adapt"

  /// How the filter's cut-off follows the size of the input.
  public enum Scaling: String, Codable, Hashable, Sendable, CaseIterable {
    /// D₀ in cycles per image, as printed, whatever the size.
    case asPrinted = "as-printed"
    /// D₀ · n / 224 along an axis of n pixels, which keeps the width of the blur in pixels.
    case keepSigma = "keep-sigma"
    /// As printed at 224 × 224, and by the width of the blur elsewhere.
    case automatic = "auto"
  }

  /// The weight α of the anchor.
  public var alpha: Double
  /// The weight β of the attention's own output.
  public var beta: Double
  /// The cut-off D₀ of the filter, in cycles per image of 224 pixels.
  public var cutoff: Double
  /// How the cut-off follows the size of the input.
  public var scaling: Scaling
  /// Whether the filtered input is clamped to the legal range, as the authors' later code does; the
  /// filter is exactly linear without.
  public var clampsFilter: Bool

  /// R-Adapt with the given hyper-parameters: by default those of the training-free form.
  public init(
    alpha: Double = 1.2, beta: Double = -0.8, cutoff: Double = 40,
    scaling: Scaling = .automatic, clampsFilter: Bool = false
  ) {
    self.alpha = alpha
    self.beta = beta
    self.cutoff = cutoff
    self.scaling = scaling
    self.clampsFilter = clampsFilter
  }

  /// Itself, if its values make sense.
  func checked() throws(UsageError) -> RAdapt {
    guard cutoff.isFinite, cutoff > 0, alpha.isFinite, beta.isFinite else {
      throw UsageError("r-adapt needs finite weights and a d0 above 0", hint: "leave d0 at 40")
    }
    return self
  }

  /// The filter for inputs of the given shape, whose last two axes are height and width.
  public func filter(for input: InputSpec) -> GaussianFilter {
    let (height, width) = (input.shape.dropLast().last ?? 1, input.shape.last ?? 1)
    let isPrinted =
      switch scaling {
      case .asPrinted: true
      case .keepSigma: false
      case .automatic: height == 224 && width == 224
      }
    return GaussianFilter(
      vertical: isPrinted ? cutoff : cutoff * Double(height) / 224,
      horizontal: isPrinted ? cutoff : cutoff * Double(width) / 224)
  }

  /// Refuses all but transformer towers over a grid: pictures, clips and spectrograms.
  public func check(_ subject: Subject) throws(UsageError) {
    _ = try tower(of: subject, "the model")
  }

  /// The anchor `(N, D)`: the output of the first block's attention for a white input, in the model or
  /// in its guide.
  public func fit(_ context: DefenseContext) throws -> Fitted {
    let own = try anchor(of: tower(of: context.model, "the model"))
    guard let guide = context.guide else { return Fitted(["anchor": own]) }
    let guided = try anchor(of: tower(of: guide, "the guide"))
    guard own.shape == guided.shape else {
      throw UsageError(
        "the guide's anchor is \(guided.shape), and the model's is \(own.shape)",
        hint: "the guide must be a tower of the same shape, such as a fine-tuned copy")
    }
    return Fitted(["anchor": guided])
  }

  /// The model behind the filter, with the anchor in its first block.
  public func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    let shape = try anchor(of: tower(of: subject, "the model")).shape
    guard let fixed = fitted["anchor"], fixed.shape == shape,
      try fixed.isFinite().all().item() == 1
    else {
      throw UsageError(
        "r-adapt needs a finite anchor of \(shape) for this model",
        hint: "make the bundle again with `holdfast harden`")
    }
    return try subject.wrapped(by: Self.name) { encoder in
      RAdaptEncoder(base: encoder, anchor: try fixed.to(encoder.device), defense: self)
    }
  }

  /// Auto-PGD on the embedding and, if the attacker acts on rows and columns that the filter sees,
  /// Auto-PGD on cross-entropy in its pass band.
  public func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] {
    let embedding = AttackRecipe(
      name: "apgd-embedding", attack: APGD(steps: steps), objective: EmbeddingDistance())
    guard case .grid = input.patches else { return [AdaptiveAttack(embedding)] }
    let lowPass = AttackRecipe(
      name: "apgd-ce-low-pass", attack: LowPass(APGD(steps: steps), filter: filter(for: input)),
      objective: CrossEntropy())
    return [AdaptiveAttack(embedding), AdaptiveAttack(lowPass)]
  }

  private func anchor(of tower: any SitedEncoder) throws(TorchError) -> Tensor {
    try withoutGradients { () throws(TorchError) in
      let white = try Tensor.full(
        Double(tower.input.range?.upperBound ?? 1), [1] + tower.input.shape, device: tower.device)
      var anchor: Tensor?
      _ = try tower.embed(
        white,
        sites: Sites([
          .attention(0): { (compute) throws(TorchError) in
            let output = try compute()
            anchor = output
            return output
          }
        ]))
      guard let anchor else {
        throw TorchError(
          code: .backend, operation: "r-adapt anchor",
          message: "the tower has no attention in its first block")
      }
      return try anchor.select(0, 0).contiguous()  // (N, D)
    }
  }

  private func tower(
    of subject: Subject, _ who: String
  ) throws(UsageError) -> any SitedEncoder {
    guard let tower = subject.encoder.sited else {
      throw UsageError(
        "\(who) offers no sites, so r-adapt has no place to put its anchor",
        hint: "r-adapt goes around a transformer tower, such as CLIP's")
    }
    guard case .grid = tower.input.patches else {
      throw UsageError(
        "\(who) takes \(tower.modality.rawValue) without rows and columns, which r-adapt filters",
        hint: "r-adapt goes around pictures, clips and spectrograms")
    }
    return tower
  }
}

/// A tower behind R-Adapt.
struct RAdaptEncoder: EncoderWrapper {
  let base: any Encoder
  let anchor: Tensor
  let defense: RAdapt

  func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    var smooth = try defense.filter(for: base.input)(input)
    if defense.clampsFilter, let range = base.input.range {
      smooth = try smooth.clamped(Double(range.lowerBound), Double(range.upperBound))
    }
    let own = Sites([.attention(0): mixed])
    return try base.embed(smooth, sites: sites.around(own), noise: &noise)
  }

  /// α A + β h, the same A for every sample and frame: with β = 0 the attention is not computed.
  private var mixed: Sites.Function {
    { (compute) throws(TorchError) in
      let fixed = try (anchor * defense.alpha).unsqueezed(0)  // (1, N, D)
      guard defense.beta != 0 else { return fixed }
      return try fixed + compute() * defense.beta  // (B, N, D)
    }
  }
}
