import HoldfastLayers
import HoldfastTensor

/// The tokens of one modality of ImageBind: a class token, then every patch, each with its
/// position.
///
/// Source: Girdhar et al., 2023, section 3.2. What lies beyond the last whole patch is not seen.
struct ImageBindStem: TokenEmbedding {
  /// How inputs are cut into patches.
  enum Kind {
    /// Blocks of pictures, clips or spectrograms; `count` of them.
    case patches(channels: Int, size: [Int], stride: [Int], count: Int)
    /// Stretches of measurements with several axes; `count` of them.
    case windows(axes: Int, length: Int, count: Int)
  }

  private let kind: Kind
  private let weight: Tensor  // (D, C, size …), or (D, axes · length)
  private let norm: LayerNorm?
  private let first: Tensor  // (1, 1, D)
  private let positions: Tensor  // (1, 1 + count, D)
  private let width: Int

  /// The parameters at `scope`: `patch_embedding.weight`, `patch_norm` if it has one,
  /// `class_embedding`, `positional_embedding`.
  init(_ scope: ParameterScope, _ kind: Kind, width: Int, hasNorm: Bool) {
    let (shape, count) =
      switch kind {
      case .patches(let channels, let size, _, let count): ([channels] + size, count)
      case .windows(let axes, let length, let count): ([axes * length], count)
      }
    let scale = Initializer.normal(1 / Double(width).squareRoot())
    weight = scope["patch_embedding"].parameter(
      "weight", [width] + shape, .normal(1 / Double(shape.reduce(1, *)).squareRoot()))
    norm = hasNorm ? LayerNorm(scope["patch_norm"], width, epsilon: 1e-5) : nil
    first = scope.parameter("class_embedding", [1, 1, width], scale)
    positions = scope.parameter("positional_embedding", [1, 1 + count, width], scale)
    self.kind = kind
    self.width = width
  }

  /// The device that holds the parameters.
  var device: Device { first.device }

  /// The element type of the parameters.
  var dtype: DType { first.dtype }

  /// Pictures `(B, C, H, W)`, clips `(B, C, T, H, W)` or measurements `(B, axes, N)` give
  /// `(B, 1 + count, D)`.
  func callAsFunction(_ input: Tensor) throws(TorchError) -> Tensor {
    let batch = input.shape[0]
    let patches = try patches(of: input)  // (B, count, D)
    let tokens = try norm?(patches) ?? patches
    return try .concatenating([first.expanded([batch, 1, width]), tokens], 1) + positions
  }

  private func patches(of input: Tensor) throws(TorchError) -> Tensor {
    let batch = input.shape[0]
    switch kind {
    case .patches(_, _, let stride, let count):
      return try input.convolved(weight, stride: stride)  // (B, D, rows …)
        .reshaped([batch, width, count]).transposed(1, 2)
    case .windows(let axes, let length, let count):
      return try input.slice(2, 0..<count * length)
        .reshaped([batch, axes, count, length]).permuted([0, 2, 1, 3])
        .reshaped([batch, count, axes * length]).linear(weight)
    }
  }
}
