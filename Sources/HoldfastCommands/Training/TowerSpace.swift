import Holdfast

/// The frozen space that a tower is bound to: that of a CLIP model.
struct TowerSpace {
  /// The sense of pictures.
  let image: Sense
  /// What reads texts.
  let text: any TextEmbedder

  /// The space of a model.
  ///
  /// - Throws: `UsageError` for a model that has no images or reads no texts.
  init(_ model: LoadedModel, at path: String) throws {
    guard model.family == "CLIP" || model.family == "TinyBind", let image = model[.image],
      let text = model.text
    else {
      throw UsageError(
        "`\(path)` is no space that a tower can be bound to",
        hint: "give a CLIP folder with its tokenizer, or `builtin`")
    }
    self.image = image
    self.text = text
  }

  /// The width of the space.
  var width: Int { image.encoder.embeddingWidth }

  /// One unit column for each class, by the prompts that a sense has where none are given: `(E, K)`.
  func anchors(for classes: [String], _ modality: Modality) throws -> Tensor {
    try text.anchors(for: classes, templates: .standard(for: modality))
      .to(image.encoder.device)
  }

  /// Unit embeddings of pictures in [0, 1], without gradients: `(B, E)`.
  func embed(images: Tensor) throws -> Tensor {
    try withoutGradients { try image.encoder.embed(images.to(image.encoder.device)).normalized() }
  }

  /// Unit embeddings of texts, without gradients: `(B, E)`.
  func embed(texts: [String]) throws -> Tensor {
    try withoutGradients { try text.embed(texts).normalized() }
  }
}
