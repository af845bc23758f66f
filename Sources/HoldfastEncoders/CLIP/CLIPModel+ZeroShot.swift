public import HoldfastCore
public import HoldfastTensor
public import HoldfastText

extension CLIPModel {
  /// A classifier of images by prompts; they are embedded here, once.
  ///
  /// - Throws: what ``anchors(for:templates:tokenizer:chunk:)`` throws.
  public func zeroShotClassifier(
    for classNames: [String], templates: PromptTemplates = .standard, tokenizer: CLIPTokenizer
  ) throws -> ZeroShotClassifier {
    try ZeroShotClassifier(
      encoder: vision, head: head(for: classNames, templates: templates, tokenizer: tokenizer))
  }

  /// The head that reads embeddings by prompts.
  ///
  /// - Throws: what ``anchors(for:templates:tokenizer:chunk:)`` throws.
  public func head(
    for classNames: [String], templates: PromptTemplates = .standard, tokenizer: CLIPTokenizer
  ) throws -> Head {
    Head(
      anchors: try anchors(for: classNames, templates: templates, tokenizer: tokenizer),
      scale: try scale())
  }

  /// One column of unit length for each class: `(D, K)`.
  ///
  /// For each class the embeddings of all templates are brought to unit length, averaged, and
  /// brought to unit length again. `chunk` is how many prompts are embedded at a time.
  /// - Throws: `TorchError`, `TextError`; ``EncoderError`` where there are no classes.
  public func anchors(
    for classNames: [String], templates: PromptTemplates = .standard, tokenizer: CLIPTokenizer,
    chunk: Int = 256
  ) throws -> Tensor {
    guard !classNames.isEmpty else {
      throw EncoderError(
        what: "there are no class names", where: "zero-shot classifier",
        hint: "name at least one class")
    }
    let prompts = classNames.flatMap(templates.apply)
    let embeddings = try withoutGradients {
      var parts: [Tensor] = []
      for start in stride(from: 0, to: prompts.count, by: max(1, chunk)) {
        let texts = Array(prompts[start..<min(prompts.count, start + max(1, chunk))])
        parts.append(try embed(texts, tokenizer: tokenizer).normalized())
      }
      return try Tensor.concatenating(parts)  // (K × templates, D)
    }
    return
      try embeddings
      .reshaped([classNames.count, templates.count, configuration.projection])
      .mean([1]).normalized()  // (K, D)
      .transposed(0, 1).contiguous()  // (D, K)
  }

  /// Embeddings of texts, not normalised: `(B, D)`.
  public func embed(_ texts: [String], tokenizer: CLIPTokenizer) throws -> Tensor {
    let context = configuration.text.context
    let ids = try tokenizer.encode(texts, contextLength: context).flatMap { $0 }
    return try text.embed(Tensor(ids, [texts.count, context]).to(text.device))
  }
}
