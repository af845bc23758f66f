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
    try AnchorBank(
      .templates(templates), for: classNames,
      texts: CLIPTextEmbedder(tower: text, tokenizer: tokenizer)
    ).head(scale: scale())
  }

  /// One column of unit length for each class: `(D, K)`.
  ///
  /// - Throws: what ``TextEmbedder/anchors(for:templates:chunk:)`` throws.
  public func anchors(
    for classNames: [String], templates: PromptTemplates = .standard, tokenizer: CLIPTokenizer,
    chunk: Int = 256
  ) throws -> Tensor {
    try CLIPTextEmbedder(tower: text, tokenizer: tokenizer)
      .anchors(for: classNames, templates: templates, chunk: chunk)
  }

  /// Embeddings of texts, not normalised: `(B, D)`.
  public func embed(_ texts: [String], tokenizer: CLIPTokenizer) throws -> Tensor {
    try CLIPTextEmbedder(tower: text, tokenizer: tokenizer).embed(texts)
  }
}
