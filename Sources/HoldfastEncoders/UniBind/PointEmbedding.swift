import HoldfastLayers
import HoldfastTensor

/// One token for each group of points: a small PointNet, whose answer does not depend on the order
/// of the members.
///
/// Source: Qi et al., 2017 (PointNet); the sizes and the form are those of
/// [I2P-MAE](https://github.com/ZrrSkywalker/I2P-MAE).
struct PointEmbedding {
  private let first, second: PointMLP

  /// The embedding at `scope`: `first` on the members, `second` on them beside what is largest in
  /// the group.
  init(_ scope: ParameterScope, inputs: Int, inner: [Int], outputs: Int) {
    first = PointMLP(scope["first"], [inputs, inner[0], inner[1]])
    second = PointMLP(scope["second"], [2 * inner[1], inner[2], outputs])
  }

  /// `(B, G, K, inputs)` gives `(B, G, outputs)`.
  func callAsFunction(_ members: Tensor) throws(TorchError) -> Tensor {
    let each = try first(members)  // (B, G, K, F)
    let whole = try each.max([2], keepAxes: true).expanded(each.shape)
    return try second(.concatenating([whole, each], -1)).max([2])
  }
}

/// Two layers on every point by itself, with batch normalisation and a rectifier between them.
private struct PointMLP {
  private let up, down: PointLayer
  private let norm: FrozenBatchNorm

  /// The layers at `scope`: `0`, its normalisation `1`, and `3`.
  init(_ scope: ParameterScope, _ widths: [Int]) {
    up = PointLayer(scope[0], widths[0], widths[1])
    norm = FrozenBatchNorm(scope[1], widths[1])
    down = PointLayer(scope[3], widths[1], widths[2])
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try down(norm(up(x)).relu())
  }
}

/// A linear layer whose weights are kept as those of a convolution over one point.
private struct PointLayer {
  private let weight, bias: Tensor  // (outputs, inputs, 1), (outputs)

  init(_ scope: ParameterScope, _ inputs: Int, _ outputs: Int) {
    weight = scope.parameter(
      "weight", [outputs, inputs, 1], .normal(1 / Double(inputs).squareRoot()))
    bias = scope.parameter("bias", [outputs])
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try x.linear(weight.squeezed(2), bias)
  }
}

/// Batch normalisation over the last axis with the mean and variance it was trained to (Ioffe and
/// Szegedy, 2015).
private struct FrozenBatchNorm {
  private let weight, bias, mean, variance: Tensor  // (width)

  init(_ scope: ParameterScope, _ width: Int) {
    weight = scope.parameter("weight", [width], .ones)
    bias = scope.parameter("bias", [width])
    mean = scope.parameter("running_mean", [width])
    variance = scope.parameter("running_var", [width], .ones)
  }

  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    try (x - mean) * (weight / (variance + 1e-5).squareRoot()) + bias
  }
}
