import Foundation
import HoldfastAttacks
public import HoldfastCore
import HoldfastTensor
import HoldfastText

/// CLIPure-Cos: embeddings are pulled towards that of a prompt without a class, in steps so long that
/// they jump over it.
///
/// Zhang et al., 2025 (arXiv 2502.18176); specs: defences, section 5.4. A step of 30 turns the
/// embedding by arctan 30, about 88 degrees, towards the empty prompt and past it, and the next
/// turns it back: if its cosine to the prompt is above 0.034, an even number of steps is the
/// identity. The released code takes the direction of each step as a constant, so ten steps shrink
/// the gradient by 30 to the tenth, and in the half precision of its encoder the rest rounds to 0:
/// robustness that is measured through it is masking. The release also divides by the length of the
/// whole batch's gradient; here each sample is a batch by itself.
public struct CLIPureCos: Defense {
  /// `clipure-cos`.
  public static let name = "clipure-cos"

  /// The gradient through the steps.
  public enum Gradient: String, Codable, Hashable, Sendable, CaseIterable {
    /// The exact gradient of the computed function.
    case exact
    /// That of the released code, in which the direction of each step is a constant, and the
    /// embedding comes out of an encoder in half precision.
    case released
  }

  /// The number of steps.
  public var steps: Int
  /// The length of a step, relative to an embedding of length 1.
  public var stepSize: Double
  /// The gradient through the steps.
  public var gradient: Gradient
  /// The prompts without a class, whose unit embeddings are averaged.
  public var prompts: [String]

  /// The defence with the given hyper-parameters: by default those of the release, a gradient that
  /// can be attacked, and the paper's prompt.
  public init(
    steps: Int = 10, stepSize: Double = 30, gradient: Gradient = .exact,
    prompts: [String] = ["a photo of a ."]
  ) {
    self.steps = steps
    self.stepSize = stepSize
    self.gradient = gradient
    self.prompts = prompts
  }

  /// Itself, if its values make sense.
  func checked() throws(UsageError) -> CLIPureCos {
    guard steps >= 0, stepSize.isFinite, stepSize > 0, !prompts.isEmpty else {
      throw UsageError(
        "clipure-cos needs steps of at least 0, a step above 0, and a prompt",
        hint: "leave them at steps=10,step=30")
    }
    return self
  }

  /// The unit mean `(1, D)` of the prompts' unit embeddings.
  public func fit(_ context: DefenseContext) throws -> Fitted {
    guard context.guide == nil else {
      throw UsageError("clipure-cos learns from no guide", hint: "leave --guide out")
    }
    guard let texts = context.texts else {
      throw UsageError(
        "clipure-cos needs the model's text tower and its tokenizer",
        hint: "put CLIP's vocab.json and merges.txt (or tokenizer.json) into the folder")
    }
    let mean = try withoutGradients {
      try texts(prompts).to(.float32).normalized().mean([0]).unsqueezed(0).normalized()
    }
    return Fitted(["prompt": try mean.to(.cpu).contiguous()])
  }

  /// The model with the steps behind its encoder.
  public func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    let width = subject.encoder.embeddingWidth
    guard let prompt = fitted["prompt"], prompt.shape == [1, width],
      try prompt.isFinite().all().item() == 1
    else {
      throw UsageError(
        "clipure-cos needs a finite prompt of \([1, width]) for this model",
        hint: "make the bundle again with `holdfast harden`")
    }
    return try subject.wrapped(by: Self.name) { encoder in
      CLIPureEncoder(base: encoder, prompt: try prompt.to(encoder.device), defense: self)
    }
  }

  /// Auto-PGD on cross-entropy, on the ratio of logits, and on the embedding, all of which search in
  /// the ``substitute``.
  public func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] {
    let losses: [(String, any Objective)] = [
      ("apgd-ce-bpda", CrossEntropy()), ("apgd-dlr-bpda", DifferenceOfLogitsRatio()),
      ("apgd-embedding-bpda", EmbeddingDistance()),
    ]
    return losses.map { name, objective in
      AdaptiveAttack(
        AttackRecipe(name: name, attack: APGD(steps: steps), objective: objective),
        in: substitute)
    }
  }

  /// The same steps with their exact gradient; for steps that have it already none at all, which is
  /// what an even number of them computes.
  public var substitute: CLIPureCos {
    var other = self
    switch gradient {
    case .released: other.gradient = .exact
    case .exact: other.steps = 0
    }
    return other
  }
}

/// An encoder whose embeddings are purified.
struct CLIPureEncoder: EncoderWrapper {
  let base: any Encoder
  /// Of unit length: `(1, D)`.
  let prompt: Tensor
  let defense: CLIPureCos

  /// Unit embeddings after all steps: `(B, D)`, float32.
  func embed(
    _ input: Tensor, sites: Sites, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    var embedding = try base.embed(input, sites: sites, noise: &noise)  // (B, D)
    if defense.gradient == .released { embedding = try embedding.to(.float16) }
    embedding = try embedding.to(.float32).normalized()
    for _ in 0..<defense.steps {
      let length = try embedding.lengthPerRow()  // (B, 1)
      let direction = try embedding / length
      // length · ∂cos/∂embedding: the part of the prompt that is orthogonal to the embedding.
      let cosine = try (direction * prompt).sum([1]).unsqueezed(1)  // (B, 1)
      var pull = try prompt - direction * cosine
      if defense.gradient == .released { pull = try pull.detached() }
      let step = try pull / pull.lengthPerRow().maximum(1e-12) * defense.stepSize
      embedding = try (direction + step).normalized() * length
    }
    return embedding
  }
}

extension DefenseTable {
  /// The entry of CLIPure-Cos in the table of defences.
  static let clipure = DefenseEntry(
    CLIPureCos.self,
    summary: "embeddings turned past an empty prompt and back; the identity at even steps, and its "
      + "released gradient masks",
    source: "Zhang et al., 2025",
    options: ["steps=10", "step=30", "gradient=exact|released", "templates=FILE"],
    make: { (spelling, _) throws(UsageError) in
      let plain = CLIPureCos()
      let file = try spelling.take("templates", "a file") { $0 }
      return try CLIPureCos(
        steps: spelling.takeCount("steps", default: plain.steps, least: 0),
        stepSize: spelling.takeNumber("step", "a number above 0") { $0 > 0 } ?? plain.stepSize,
        gradient: spelling.take("gradient", "exact or released") {
          CLIPureCos.Gradient(rawValue: $0)
        } ?? plain.gradient,
        prompts: file.map(emptyPrompts) ?? plain.prompts)
    },
    check: { (defense) throws(UsageError) in try defense.checked() })

  /// The templates of a file, one a line, with nothing in the place of the class: the release takes
  /// the 80 of ImageNet.
  private static func emptyPrompts(_ file: String) throws(UsageError) -> [String] {
    do {
      return try PromptTemplates(contentsOf: URL(fileURLWithPath: file)).apply("")
    } catch {
      throw UsageError(
        "`\(file)` holds no templates for clipure-cos: \(error.what)",
        hint: "write one a line, with {} for the class")
    }
  }
}
