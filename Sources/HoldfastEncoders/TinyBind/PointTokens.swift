import Foundation
import HoldfastLayers
import HoldfastTensor

/// The tokens of a cloud of points: a class token, then one for each group of neighbouring points,
/// with the group's place.
///
/// Groups are those of Point-BERT (Yu et al., 2022, section 3.1): centres far from each other, and
/// the points nearest to each. The choice of points is made anew at every call and has no gradient;
/// their coordinates have one. The place of a group is encoded in sines and cosines (Mildenhall et
/// al., 2020, section 5.1).
struct PointTokens: TokenEmbedding {
  /// The octaves of the sines and cosines.
  private static let octaves = 3
  /// Members lie within about a quarter of the unit sphere around their centre.
  private static let zoom = 4.0

  private let lift, up: Linear
  private let norm: LayerNorm
  private let place: MLPPair
  private let first: Tensor  // (D)
  private let groups, neighbours, width: Int

  /// The parameters at `scope`: `lift`, `norm` and `up` on every member, `place` on the place of a
  /// group, `class_embedding`.
  init(_ scope: ParameterScope, width: Int, groups: Int, neighbours: Int) {
    let inner = 2 * width / 3
    lift = Linear(scope["lift"], 3, inner)
    norm = LayerNorm(scope["norm"], inner)
    up = Linear(scope["up"], inner, width)
    place = MLPPair(scope["place"], inputs: 3 + 6 * Self.octaves, width: width)
    first = scope.parameter(
      "class_embedding", [width], .normal(1 / Double(width).squareRoot()))
    self.groups = groups
    self.neighbours = neighbours
    self.width = width
  }

  /// The device that holds the parameters.
  var device: Device { first.device }

  /// The element type of the parameters.
  var dtype: DType { first.dtype }

  /// `(B, N, 3)` gives `(B, 1 + groups, D)`.
  func callAsFunction(_ points: Tensor) throws(TorchError) -> Tensor {
    let groups = try PointGroups(points, count: groups, neighbours: neighbours)
    let members = try groups.gathered(points) - groups.centres.unsqueezed(2)  // (B, G, K, 3)
    let shapes = try up(norm(lift(members * Self.zoom)).gelu()).max([2])  // (B, G, D)
    let tokens = try shapes + place(Self.waves(groups.centres))  // (B, G, D)
    let classes = try first.reshaped([1, 1, width]).expanded([points.shape[0], 1, width])
    return try .concatenating([classes, tokens], 1)
  }

  /// Coordinates beside their sines and cosines: `(B, G, 3)` gives `(B, G, 3 + 6 · octaves)`.
  private static func waves(_ places: Tensor) throws(TorchError) -> Tensor {
    var parts = [places]
    for octave in 0..<octaves {
      let turns = try places * (Double.pi * Double(1 << octave))
      parts += [try turns.sin(), try turns.cos()]
    }
    return try .concatenating(parts, 2)
  }
}

/// Two linear layers of one width with a GELU between them.
private struct MLPPair {
  private let up, down: Linear

  /// The layers at `scope`: `up` and `down`.
  init(_ scope: ParameterScope, inputs: Int, width: Int) {
    up = Linear(scope["up"], inputs, width)
    down = Linear(scope["down"], width, width)
  }

  /// `(…, inputs)` gives `(…, width)`.
  func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor { try down(up(x).gelu()) }
}
