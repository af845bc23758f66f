import HoldfastCore
import HoldfastEncoders
import HoldfastTensor
import HoldfastText

/// The frozen space that a tower is bound to: that of a CLIP model.
struct TowerSpace {
  /// The model whose space it is.
  let model: CLIPModel
  /// The modality of pictures.
  let image: Sense
  /// The text tower with its tokeniser.
  let text: any TextEmbedder

  /// The space of the model at a path, which the user calls `name`.
  ///
  /// - Throws: `UsageError` for a model of another family, and for one that reads no texts.
  init(at path: String, called name: String, device: Device = .cpu) throws {
    let family = try loadModel(at: path, device: device).family
    guard family == "CLIP" || family == "TinyBind" else { throw Self.refusal(name) }
    let clip = try loadCLIP(at: path, device: device)
    let loaded = try clip.loaded
    guard let image = loaded[.image], let text = loaded.text else { throw Self.refusal(name) }
    model = clip.model
    self.image = image
    self.text = text
  }

  private static func refusal(_ name: String) -> UsageError {
    UsageError(
      "a tower cannot be bound to the space `\(name)`",
      hint: "give a CLIP folder with its tokenizer, or `builtin`")
  }

  /// The width of the space.
  var width: Int { image.encoder.embeddingWidth }

  /// One unit column for each class, by prompts: `(E, K)`.
  func anchors(for classes: [String], _ templates: PromptTemplates) throws -> Tensor {
    try text.anchors(for: classes, templates: templates).to(image.encoder.device)
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
