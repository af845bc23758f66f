public import HoldfastTensor
public import HoldfastText

/// What reads texts for a model: a tokeniser and a text tower.
public protocol TextEmbedder {
  /// The width D of its embeddings, that of the model's space.
  var embeddingWidth: Int { get }

  /// Embeddings, not normalised: `(B, D)`.
  ///
  /// - Throws: `TorchError`, `TextError`.
  func embed(_ texts: [String]) throws -> Tensor
}

extension TextEmbedder {
  /// One column of unit length for each class: `(D, K)`.
  ///
  /// For each class the embeddings of all templates are brought to unit length, averaged, and
  /// brought to unit length again. `chunk` is how many prompts are embedded at a time.
  /// Source: Radford et al., 2021, section 3.1.4.
  /// - Throws: `TorchError`, `TextError`; ``EncoderError`` where there are no classes.
  public func anchors(
    for classNames: [String], templates: PromptTemplates = .standard, chunk: Int = 256
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
        parts.append(try embed(texts).normalized())
      }
      return try Tensor.concatenating(parts)  // (K × templates, D)
    }
    return
      try embeddings
      .reshaped([classNames.count, templates.count, embeddingWidth])
      .mean([1]).normalized()  // (K, D)
      .transposed(0, 1).contiguous()  // (D, K)
  }
}
