import HoldfastLayers
import HoldfastTensor

/// The tokens of a grid of any number of axes: a class token, then every patch, each with its
/// position.
///
/// Source: Dosovitskiy et al., 2021, section 3.1, and Arnab et al., 2021, section 3.2, for patches
/// that reach over frames. What lies beyond the last whole patch is not seen.
struct GridEmbedding: TokenEmbedding {
  private let weight: Tensor  // (D, C · p₁ · p₂ …)
  private let first: Tensor  // (D)
  private let positions: Tensor  // (1 + count, D)
  private let patch: [Int]
  private let grid: [Int]
  private let width: Int

  /// The parameters at `scope`: `patch_embedding.weight`, `class_embedding`,
  /// `positional_embedding`, for inputs `shape`, whose first axis has the channels.
  init(_ scope: ParameterScope, width: Int, patch: [Int], shape: [Int]) {
    grid = zip(shape.dropFirst(), patch).map { $1 > 0 ? $0 / $1 : 0 }
    let inputs = patch.reduce(shape[0], *)
    let scale = Initializer.normal(1 / Double(width).squareRoot())
    weight = scope["patch_embedding"].parameter(
      "weight", [width, inputs], .normal(1 / Double(inputs).squareRoot()))
    first = scope.parameter("class_embedding", [width], scale)
    positions = scope.parameter(
      "positional_embedding", [1 + grid.reduce(1, *), width], scale)
    self.patch = patch
    self.width = width
  }

  /// The device that holds the parameters.
  var device: Device { first.device }

  /// The element type of the parameters.
  var dtype: DType { first.dtype }

  /// `(B, C, …)` gives `(B, 1 + count, D)`.
  func callAsFunction(_ input: Tensor) throws(TorchError) -> Tensor {
    let (batch, channels, axes) = (input.shape[0], input.shape[1], patch.count)
    var x = input
    for axis in 0..<axes { x = try x.slice(2 + axis, 0..<grid[axis] * patch[axis]) }
    let sides = zip(grid, patch).flatMap { [$0, $1] }
    // The axes of the grid come first, and those inside a patch, with its channels, last.
    let order =
      [0] + (0..<axes).map { 2 + 2 * $0 } + [1] + (0..<axes).map { 3 + 2 * $0 }
    let patches = try x.reshaped([batch, channels] + sides).permuted(order)
      .reshaped([batch, grid.reduce(1, *), patch.reduce(channels, *)])
      .linear(weight)  // (B, count, D)
    let classes = try first.reshaped([1, 1, width]).expanded([batch, 1, width])
    return try .concatenating([classes, patches], 1) + positions
  }
}
