public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// CLIP's vision transformer (Dosovitskiy et al., 2021; Radford et al., 2021, section 2.4).
///
/// Compare [open_clip](https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transformer.py).
public struct CLIPVision: SitedEncoder {
  /// The sizes of the tower.
  public let configuration: CLIPConfiguration.Vision
  /// The width of the embeddings.
  public let embeddingWidth: Int
  /// Where the parameters live.
  public let device: Device
  /// The element type of the parameters and of all that is computed behind the normalisation.
  public let dtype: DType

  private let normalization: PixelNormalization
  private let patchEmbedding: Tensor  // (D, 3, p, p)
  private let classEmbedding: Tensor  // (D)
  private let positionalEmbedding: Tensor  // (1 + g², D)
  private let preNorm: LayerNorm
  private let blocks: [ResidualBlock]
  private let postNorm: LayerNorm
  private let projection: Linear

  /// The tower at `scope`.
  public init(
    _ scope: ParameterScope, _ configuration: CLIPConfiguration.Vision, embeddingWidth: Int,
    normalization: PixelNormalization
  ) {
    let (c, width) = (configuration, configuration.width)
    // As OpenAI's CLIP begins its training.
    let scale = Initializer.normal(1 / Double(width).squareRoot())
    patchEmbedding = scope["patch_embedding"].parameter(
      "weight", [width, 3, c.patch, c.patch],
      .normal(1 / Double(3 * c.patch * c.patch).squareRoot()))
    classEmbedding = scope.parameter("class_embedding", [width], scale)
    positionalEmbedding = scope.parameter(
      "positional_embedding", [1 + c.grid * c.grid, width], scale)
    preNorm = LayerNorm(scope["pre_norm"], width, epsilon: c.epsilon)
    let shape = TransformerShape(
      width: width, heads: c.heads, hidden: c.hidden, activation: c.activation,
      epsilon: c.epsilon)
    blocks = (0..<c.layers).map { ResidualBlock(scope["blocks"][$0], shape, index: $0) }
    postNorm = LayerNorm(scope["post_norm"], width, epsilon: c.epsilon)
    projection = Linear(scope["projection"], width, embeddingWidth, bias: false)
    self.configuration = configuration
    self.embeddingWidth = embeddingWidth
    self.normalization = normalization
    device = classEmbedding.device
    dtype = classEmbedding.dtype
  }

  /// Images.
  public var modality: Modality { .image }

  /// RGB pixels in [0, 1] at the tower's own size.
  public var input: InputSpec {
    .pixels(height: configuration.image, width: configuration.image)
  }

  /// How many blocks the tower has.
  public var blockCount: Int { blocks.count }

  /// Embeddings, not normalised: `(B, 3, S, S)` in [0, 1] gives `(B, E)`.
  ///
  /// - Throws: ``TorchError`` with code `shape` for images of another size.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    var x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      try tokens(normalization(checked(input)).to(dtype))  // (B, N, D)
    }
    for block in blocks.dropLast() { x = try block(x, sites: sites) }
    x = try classToken(x, sites: sites)  // (B, D)
    return try projection(postNorm(x))  // (B, E)
  }

  /// The tokens as they enter the first block: `(B, 3, S, S)` gives `(B, 1 + g², D)`.
  private func tokens(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let (batch, width) = (pixels.shape[0], configuration.width)
    let (grid, patch) = (configuration.grid, configuration.patch)
    let seen = grid * patch
    // A convolution whose stride is its kernel is a matrix product over the patches.
    let patches = try pixels.slice(2, 0..<seen).slice(3, 0..<seen)  // (B, 3, gp, gp)
      .reshaped([batch, 3, grid, patch, grid, patch])
      .permuted([0, 2, 4, 1, 3, 5])  // (B, g, g, 3, p, p)
      .reshaped([batch, grid * grid, 3 * patch * patch])  // (B, g², 3p²)
      .linear(patchEmbedding.reshaped([width, 3 * patch * patch]))  // (B, g², D)
    let first = try classEmbedding.expanded([batch, 1, width])  // (B, 1, D)
    return try preNorm(.concatenating([first, patches], 1) + positionalEmbedding)
  }

  /// The class token behind the last block, of which nothing else is used: `(B, D)`.
  private func classToken(_ x: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    guard let last = blocks.last else { return try x.select(1, 0) }
    guard !last.isOccupied(in: sites) else { return try last(x, sites: sites).select(1, 0) }
    return try last.picking(x) { (x) throws(TorchError) in try x.slice(1, 0..<1) }.select(1, 0)
  }

  private func checked(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let shape = pixels.shape
    guard shape.count == 4, Array(shape.dropFirst()) == input.shape else {
      throw TorchError(
        code: .shape, operation: "CLIP vision tower",
        message: "takes images [B, \(input.shape.map(String.init).joined(separator: ", "))], "
          + "not \(shape)")
    }
    return pixels
  }
}
