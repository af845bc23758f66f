public import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

/// A small PointNet: what is said of every point by itself is joined by what is largest over all,
/// twice, so that the order of the points means nothing (Qi et al., 2017, section 4.2).
///
/// The first joining is the one of PointNet's segmentation: each point is seen again beside what is
/// known of the whole cloud. Layer normalisation stands in for batch normalisation, so that a sample
/// does not depend on its batch. Gradients reach the coordinates of the points that are largest in a
/// feature.
public struct PointTower: Encoder {
  /// What it takes: points around the origin.
  public let input: InputSpec
  /// The width of the embeddings.
  public let embeddingWidth: Int

  private let near: PointLayers
  private let alone, together: Linear
  private let norm: LayerNorm
  private let far: Linear
  private let cloudNorm: LayerNorm
  private let head: MLP
  private let projection: Linear

  /// The tower at `scope`, of a configuration that was checked.
  init(
    _ scope: ParameterScope, _ configuration: TinyBindConfiguration, width: Int, features: Int
  ) throws {
    input = try configuration.input
    embeddingWidth = configuration.projection
    near = PointLayers(scope["near"], width: width)
    alone = Linear(scope["alone"], width, width)
    together = Linear(scope["together"], width, width, bias: false)
    norm = LayerNorm(scope["norm"], width)
    far = Linear(scope["far"], width, features)
    cloudNorm = LayerNorm(scope["cloud_norm"], features)
    head = MLP(scope["head"], width: features, hidden: 2 * features, activation: .gelu)
    projection = Linear(scope["projection"], features, configuration.projection, bias: false)
  }

  /// Point clouds.
  public var modality: Modality { .points }

  /// Where the parameters live.
  public var device: Device { projection.weight.device }

  /// The element type of the parameters and of all that is computed from them.
  public var dtype: DType { projection.weight.dtype }

  /// Embeddings, not normalised: `(B, N, 3)` gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for clouds of another size.
  public func embed(_ input: Tensor) throws(TorchError) -> Tensor {
    let points = try checked(input, as: self.input, of: modality).to(dtype)
    let each = try near(points)  // (B, N, W)
    let whole = try each.max([1], keepAxes: true)  // (B, 1, W)
    // A layer on both side by side is the sum of a layer on each.
    let joined = try norm(alone(each) + together(whole)).gelu()  // (B, N, W)
    let cloud = try cloudNorm(far(joined).max([1]))  // (B, F)
    return try projection(cloud + head(cloud))  // (B, E)
  }
}

/// Two layers on every point by itself.
private struct PointLayers {
  private let lift, up: Linear
  private let liftNorm, upNorm: LayerNorm

  /// The layers at `scope`: `lift` from three coordinates to half the width, then `up`, each with
  /// its norm.
  init(_ scope: ParameterScope, width: Int) {
    lift = Linear(scope["lift"], 3, width / 2)
    liftNorm = LayerNorm(scope["lift_norm"], width / 2)
    up = Linear(scope["up"], width / 2, width)
    upNorm = LayerNorm(scope["up_norm"], width)
  }

  /// `(B, N, 3)` gives `(B, N, width)`.
  func callAsFunction(_ points: Tensor) throws(TorchError) -> Tensor {
    try upNorm(up(liftNorm(lift(points)).gelu())).gelu()
  }
}
