import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// One scale of the tower of point clouds: groups become tokens, which attend to those nearby.
struct PointStage {
  private let stage: UniBindConfiguration.Stage
  private let embedding: PointEmbedding
  private let up, down: Linear
  private let blocks: [ResidualBlock]

  /// The stage at `scope`: `embedding`, `positions`, `blocks`, which count from `firstBlock` among
  /// the sites.
  init(
    _ scope: ParameterScope, _ stage: UniBindConfiguration.Stage, inputs: Int, heads: Int,
    firstBlock: Int
  ) {
    self.stage = stage
    embedding = PointEmbedding(
      scope["embedding"], inputs: inputs, inner: stage.inner, outputs: stage.width)
    up = Linear(scope["positions"][0], 3, stage.width)
    down = Linear(scope["positions"][2], stage.width, stage.width)
    var shape = TransformerShape(
      width: stage.width, heads: heads, hidden: stage.hidden, activation: .gelu, epsilon: 1e-5)
    shape.hasProjectionBias = false
    blocks = (0..<stage.layers).map {
      ResidualBlock(scope["blocks"][$0], shape, index: firstBlock + $0)
    }
  }

  /// The groups that `points` `(B, N, 3)` are gathered into.
  func groups(of points: Tensor) throws(TorchError) -> PointGroups {
    try PointGroups(points, count: stage.groups, neighbours: stage.neighbours)
  }

  /// The tokens of groups whose members' vectors are `(B, G, K, inputs)`: `(B, G, D)`.
  func tokens(_ members: Tensor) throws(TorchError) -> Tensor { try embedding(members) }

  /// Tokens `(B, G, D)` behind the blocks; the places of the groups are added again before every
  /// block.
  func callAsFunction(
    _ tokens: Tensor, _ groups: PointGroups, sites: Sites
  ) throws(TorchError) -> Tensor {
    let near = try groups.near(stage.radius)
    let positions = try down(up(groups.centres.to(tokens.dtype)).gelu())  // (B, G, D)
    var x = tokens
    for block in blocks { x = try block(x + positions, sites: sites, mask: near) }
    return x
  }
}
