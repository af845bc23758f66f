public import HoldfastCore
import HoldfastLayers
import HoldfastMedia
public import HoldfastTensor

/// UniBind's tower of point clouds: I2P-MAE into ImageBind's space (Zhang et al., 2023; Guo et al.,
/// 2023, section 3.2).
///
/// Clouds come in the unit sphere (`PointCloud.normalized()`). Points that an attack moves out of
/// it are taken as they are, so there is no legal range. Groups are chosen anew at every call, so
/// the embedding jumps when that choice changes, and gradients are those of the choice made. The
/// blocks of all stages are counted on; a value at a site has the stage's own tokens, `(B, G, D)`.
/// The tower pools before it projects, so it has no site `tokens`.
public struct UniBindPoints: BindTower {
  /// What it takes: points around the origin.
  public let input: InputSpec
  /// The width of the embeddings.
  public let embeddingWidth: Int
  /// The natural logarithm of upstream's factor on embeddings, a scalar.
  public let logScale: Tensor
  /// How many blocks the stages have together.
  public let blockCount: Int

  private let stages: [PointStage]
  private let norm, headNorm: LayerNorm
  private let space, head: Linear

  /// The tower at `scope`.
  init(_ scope: ParameterScope, _ configuration: UniBindConfiguration) {
    var stages: [PointStage] = []
    var (inputs, blocks) = (3, 0)
    for (index, stage) in configuration.stages.enumerated() {
      stages.append(
        PointStage(
          scope["stages"][index], stage, inputs: inputs, heads: configuration.heads,
          firstBlock: blocks))
      inputs = stage.width
      blocks += stage.layers
    }
    self.stages = stages
    blockCount = blocks
    norm = LayerNorm(scope["norm"], inputs)
    space = Linear(scope["space"], inputs, configuration.space, bias: false)
    headNorm = LayerNorm(scope["head_norm"], configuration.space, epsilon: 1e-6)
    head = Linear(
      scope["head"], configuration.space, configuration.bind.projection, bias: false)
    logScale = scope.parameter("log_scale", [])
    embeddingWidth = configuration.bind.projection
    input = InputSpec(
      shape: [configuration.points, 3], range: nil, unit: PointPreprocessor.unit,
      patches: .items(axis: 0))
  }

  /// Point clouds.
  public var modality: Modality { .points }

  /// The device that holds the parameters.
  public var device: Device { logScale.device }

  /// The element type of the parameters and of all that is computed behind the groups.
  public var dtype: DType { logScale.dtype }

  /// Embeddings, not normalised: `(B, N, 3)` gives `(B, E)`.
  ///
  /// - Throws: `TorchError` with code `shape` for clouds of another size, and for a function at the
  ///   site `tokens`.
  public func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    guard sites[.tokens] == nil else {
      throw TorchError(
        code: .backend, operation: "UniBind points tower",
        message: "has no site `tokens`, because it pools before it projects; use `pooled`")
    }
    var points = try checked(input)
    var x = points
    for (index, stage) in stages.enumerated() {
      let groups = try stage.groups(of: points)
      if index == 0 {
        x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
          let members = try groups.gathered(points) - groups.centres.unsqueezed(2)  // (B, G, K, 3)
          return try stage.tokens(members.to(dtype))  // (B, G, D)
        }
      } else {
        x = try stage.tokens(groups.gathered(x))  // (B, G, D)
      }
      x = try stage(x, groups, sites: sites)
      points = groups.centres
    }
    x = try norm(x)  // (B, G, D)
    let cloud = try x.mean([1]) + x.max([1])  // (B, D)
    return try head(
      sites.value(at: .pooled) { () throws(TorchError) in try headNorm(space(cloud)) })  // (B, E)
  }

  /// Embeddings at unit length times the factor of the file, upstream's last step: `(…, E)`.
  public func output(of embeddings: Tensor) throws(TorchError) -> Tensor {
    try embeddings.normalized() * logScale.exp().minimum(largestScale)
  }

  private func checked(_ input: Tensor) throws(TorchError) -> Tensor {
    let (shape, wanted) = (input.shape, self.input.shape)
    guard shape.count == 3, Array(shape.dropFirst()) == wanted else {
      throw TorchError(
        code: .shape, operation: "UniBind points tower",
        message: "takes [B, \(wanted.map(String.init).joined(separator: ", "))], not \(shape)")
    }
    return input
  }
}
