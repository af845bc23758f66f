public import HoldfastCore
public import HoldfastTensor
public import HoldfastText

/// CLIP's text tower behind its tokeniser.
public struct CLIPTextEmbedder: SitedTextEmbedder {
  private let tower: CLIPText
  private let tokenizer: CLIPTokenizer

  /// A tower that reads what a tokeniser gives.
  public init(tower: CLIPText, tokenizer: CLIPTokenizer) {
    self.tower = tower
    self.tokenizer = tokenizer
  }

  /// The width of the tower's embeddings.
  public var embeddingWidth: Int { tower.embeddingWidth }

  /// How many blocks the tower has.
  public var blockCount: Int { tower.blockCount }

  /// Embeddings, not normalised: `(B, D)`; what does not fit into the context is cut off.
  public func embed(_ texts: [String], sites: Sites) throws -> Tensor {
    let context = tower.configuration.context
    let ids = try tokenizer.encode(texts, contextLength: context).flatMap { $0 }
    return try tower.embed(
      Tensor(ids, [texts.count, context]).to(tower.device), sites: sites)
  }
}
