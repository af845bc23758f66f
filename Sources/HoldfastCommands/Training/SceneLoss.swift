import Holdfast

/// What the built-in model learns by: naming shapes as it will be asked to, and matching captions.
struct SceneLoss {
  let tokenizer: CLIPTokenizer
  /// One prompt per shape, in the order of the labels.
  let prompts: [String]
  /// The weight of the matching beside the naming.
  let captionWeight: Double

  init(tokenizer: CLIPTokenizer, captionWeight: Double) {
    self.tokenizer = tokenizer
    self.captionWeight = captionWeight
    prompts = SceneGenerator.classNames.flatMap(PromptTemplates.standard.apply)
  }

  /// The loss of a batch, a scalar; gradients reach both towers.
  func callAsFunction(_ model: CLIPModel, _ batch: SceneBatch) throws -> Tensor {
    let images = try model.vision.embed(batch.inputs[0]).normalized()  // (B, E)
    let texts = try model.embed(prompts + batch.captions, tokenizer: tokenizer)
      .normalized().transposed(0, 1)  // (E, K + B)
    let cosines = try images.matmul(texts) * model.logScale.exp()  // (B, K + B)
    let classes = prompts.count
    let naming = try Self.crossEntropy(cosines.slice(1, 0..<classes), batch.labels)
    let matching = try Self.contrast(
      cosines.slice(1, classes..<classes + batch.captions.count), batch.captions)
    return try naming + matching * captionWeight
  }

  /// The mean of -log softmax at the labels: `(B, K)` logits and `(B)` labels give a scalar.
  static func crossEntropy(_ logits: Tensor, _ labels: Tensor) throws(TorchError) -> Tensor {
    try -logits.logSoftmax(1).gathering(1, labels.reshaped([-1, 1])).mean()
  }

  /// The symmetric contrastive loss of `(B, B)` logits, such as images by captions.
  ///
  /// Samples with the same caption share it: each is a right answer, as likely as the others.
  /// Source: Radford et al., 2021, figure 3; Khosla et al., 2020, for several right answers.
  static func contrast(
    _ logits: Tensor, _ captions: [some Equatable]
  ) throws(TorchError) -> Tensor {
    let count = captions.count
    var targets: [Float] = []
    for caption in captions {
      let same = captions.map { $0 == caption ? Float(1) : 0 }
      targets += same.map { $0 / same.reduce(0, +) }
    }
    // Equality is symmetric, so the same targets serve both directions.
    let right = try Tensor(targets, [count, count]).to(logits.device)
    let likelihood = try logits.logSoftmax(1) + logits.logSoftmax(0)
    return try (right * likelihood).sum() * (-0.5 / Double(count))
  }
}
