public import HoldfastCore
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

/// A text tower whose blocks offer named sites, at which a value can be read or replaced.
public protocol SitedTextEmbedder: TextEmbedder {
  /// How many blocks the tower has.
  var blockCount: Int { get }

  /// As ``TextEmbedder/embed(_:)``, with `sites` in place.
  func embed(_ texts: [String], sites: Sites) throws -> Tensor
}

extension SitedTextEmbedder {
  /// Embeddings with every site left alone.
  public func embed(_ texts: [String]) throws -> Tensor { try embed(texts, sites: .none) }
}

extension TextEmbedder {
  /// One column of unit length for each class: `(D, K)`, the means of an ``AnchorBank`` of prompts.
  ///
  /// `chunk` is how many prompts are embedded at a time.
  /// - Throws: `TorchError`, `TextError`; ``EncoderError`` for an empty list of classes.
  public func anchors(
    for classNames: [String], templates: PromptTemplates = .standard, chunk: Int = 256
  ) throws -> Tensor {
    try AnchorBank(.templates(templates), for: classNames, texts: self, chunk: chunk).means()
  }

  /// Embeddings of any number of texts, at unit length: `(R, D)`; `chunk` of them at a time.
  ///
  /// - Throws: `TorchError`, `TextError`.
  func unitEmbeddings(of texts: [String], chunk: Int) throws -> Tensor {
    try withoutGradients {
      var parts: [Tensor] = []
      for start in stride(from: 0, to: texts.count, by: max(1, chunk)) {
        let some = Array(texts[start..<min(texts.count, start + max(1, chunk))])
        parts.append(try embed(some).normalized())
      }
      return try Tensor.concatenating(parts)
    }
  }
}
