public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// CLIP's text transformer (Radford et al., 2021, section 2.4).
///
/// Its sites are those of the vision tower; `patchEmbedding` is the tokens with their positions.
/// Tokens behind the end of the longest text of a batch are left out, so N is at most the context.
public struct CLIPText {
  /// The sizes of the tower.
  public let configuration: CLIPConfiguration.Text
  /// The width of the embeddings.
  public let embeddingWidth: Int
  /// The device that holds the parameters.
  public let device: Device

  private let tokenEmbedding: Embedding
  private let positionalEmbedding: Tensor  // (context, D), or (1, context, D)
  private let blocks: [ResidualBlock]
  private let end: TowerEnd

  /// The tower at `scope`.
  ///
  /// - Parameter batchedPositions: whether the positions have a batch axis of 1, as ImageBind's.
  public init(
    _ scope: ParameterScope, _ configuration: CLIPConfiguration.Text, embeddingWidth: Int,
    batchedPositions: Bool = false
  ) {
    let (c, width) = (configuration, configuration.width)
    tokenEmbedding = Embedding(scope["token_embedding"], c.vocabulary, width)
    positionalEmbedding = scope.parameter(
      "positional_embedding", (batchedPositions ? [1] : []) + [c.context, width], .normal(0.01))
    let shape = TransformerShape(
      width: width, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon)
    blocks = (0..<c.layers).map { ResidualBlock(scope["blocks"][$0], shape, index: $0) }
    end = TowerEnd(
      last: blocks.last, norm: LayerNorm(scope["final_norm"], width, epsilon: c.epsilon),
      projection: Linear(scope["projection"], width, embeddingWidth, bias: false))
    self.configuration = configuration
    self.embeddingWidth = embeddingWidth
    device = positionalEmbedding.device
  }

  /// How many blocks the tower has.
  public var blockCount: Int { blocks.count }

  /// Embeddings, not normalised: ids `(B, N)`, int64, N at most the context, give `(B, E)`.
  public func embed(_ ids: Tensor, sites: Sites = .none) throws(TorchError) -> Tensor {
    let ends = try self.ends(of: ids)
    return try embed(vectors: tokenEmbedding(ids), ends: ends, sites: sites)
  }

  /// The position of the last token of each text: `(B, N)` ids give `(B)`, int64.
  public func ends(of ids: Tensor) throws(TorchError) -> Tensor {
    guard ids.rank == 2, (1...configuration.context).contains(ids.shape[1]) else {
      throw TorchError(
        code: .shape, operation: "CLIP text tower",
        message: "takes ids [B, at most \(configuration.context)], not \(ids.shape)")
    }
    return switch configuration.endToken {
    case .largest: try ids.argmax(1)
    case .id(let id): try (ids .== Double(id)).to(.int64).argmax(1)
    }
  }

  /// The vectors of tokens, without positions: ids `(…)` give `(…, D)`.
  public func vectors(of ids: Tensor) throws(TorchError) -> Tensor {
    try tokenEmbedding(ids)
  }

  /// As ``embed(_:sites:)``, from the vectors of tokens `(B, N, D)` and the last position of each
  /// text.
  public func embed(
    vectors: Tensor, ends: Tensor, sites: Sites = .none
  ) throws(TorchError) -> Tensor {
    guard ends.count > 0 else { return try .zeros([0, embeddingWidth], device: device) }
    // No token sees those behind it, so nothing behind the longest text matters.
    let length = Int(try ends.max().item()) + 1
    var x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      try vectors.slice(1, 0..<length) + positionalEmbedding.slice(-2, 0..<length)  // (B, N, D)
    }
    for block in blocks.dropLast() { x = try block(x, sites: sites, causal: true) }
    let positions = try Tensor.range(length, device: device)
    let mask = try positions .<= ends.reshaped([-1, 1, 1, 1])  // (B, 1, 1, N)
    return try end(x, sites: sites, causal: true, mask: mask) { (x) throws(TorchError) in
      try x.gathering(1, ends.reshaped([-1, 1, 1]).expanded([-1, 1, x.shape[2]]))
    }  // (B, E)
  }
}
