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
    let naming = try ClassAndPairLoss.crossEntropy(cosines.slice(1, 0..<classes), batch.labels)
    let matching = try ClassAndPairLoss.contrast(
      cosines.slice(1, classes..<classes + batch.captions.count), batch.captions)
    return try naming + matching * captionWeight
  }
}
