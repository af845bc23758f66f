import HoldfastLayers
import HoldfastTensor

/// The tokens of pictures: a class token, then every patch row by row, each with its position.
///
/// Source: Dosovitskiy et al., 2021, section 3.1. What lies beyond the last whole patch is not seen.
struct PatchEmbedding: TokenEmbedding {
  private let weight: Tensor  // (D, 3, p, p), or (D, 3, 1, p, p) where each frame has its class
  private let classes: Tensor  // (D), or (T, D)
  private let positions: Tensor  // (1 + rows · columns, D)
  private let patch, rows, columns, width: Int

  /// The parameters at `scope`: `patch_embedding.weight`, `class_embedding`,
  /// `positional_embedding`.
  ///
  /// - Parameter frames: how many frames have a class token each; nil if one serves all.
  init(
    _ scope: ParameterScope, width: Int, patch: Int, rows: Int, columns: Int, frames: Int? = nil
  ) {
    // As OpenAI's CLIP begins its training.
    let scale = Initializer.normal(1 / Double(width).squareRoot())
    weight = scope["patch_embedding"].parameter(
      "weight", [width, 3] + (frames == nil ? [] : [1]) + [patch, patch],
      .normal(1 / Double(3 * patch * patch).squareRoot()))
    classes = scope.parameter("class_embedding", (frames.map { [$0] } ?? []) + [width], scale)
    positions = scope.parameter("positional_embedding", [1 + rows * columns, width], scale)
    self.patch = patch
    self.rows = rows
    self.columns = columns
    self.width = width
  }

  /// The device that holds the parameters.
  var device: Device { classes.device }

  /// The element type of the parameters.
  var dtype: DType { classes.dtype }

  /// `(B, 3, H, W)` gives `(B, 1 + rows · columns, D)`; the frames of a clip follow each other in B.
  func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let batch = pixels.shape[0]
    // A convolution whose stride is its kernel is a matrix product over the patches.
    let patches = try pixels.slice(2, 0..<rows * patch).slice(3, 0..<columns * patch)
      .reshaped([batch, 3, rows, patch, columns, patch])
      .permuted([0, 2, 4, 1, 3, 5])  // (B, rows, columns, 3, p, p)
      .reshaped([batch, rows * columns, 3 * patch * patch])
      .linear(weight.reshaped([width, 3 * patch * patch]))  // (B, rows · columns, D)
    let frames = classes.rank == 2 ? classes.shape[0] : 1
    let first = try classes.reshaped([1, frames, width])
      .expanded([batch / frames, frames, width])
      .reshaped([batch, 1, width])
    return try .concatenating([first, patches], 1) + positions
  }
}
