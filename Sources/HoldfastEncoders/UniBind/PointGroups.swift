import HoldfastTensor

/// Points gathered into groups: centres far from each other, and the points nearest to each.
///
/// The choice of points has no gradient; their coordinates have one.
struct PointGroups {
  /// The coordinates of the centres: `(B, G, 3)`.
  let centres: Tensor
  /// Which points belong to each group: `(B, G, K)`, int64.
  let members: Tensor

  /// Groups of `points` `(B, N, 3)`.
  init(_ points: Tensor, count: Int, neighbours: Int) throws(TorchError) {
    centres = try Self.gather(points, Self.farthest(points, count).unsqueezed(2)).squeezed(2)
    let centres = centres
    members = try withoutGradients { () throws(TorchError) in
      try Self.distances(centres, points).top(neighbours, 2, largest: false).indices
    }
  }

  /// The vectors `(B, N, C)` of the members, side by side: `(B, G, K, C)`.
  func gathered(_ vectors: Tensor) throws(TorchError) -> Tensor {
    try Self.gather(vectors, members)
  }

  /// Which centres are nearer to each other than `radius`: `(B, 1, G, G)`, bool.
  func near(_ radius: Double) throws(TorchError) -> Tensor {
    let centres = centres
    return try withoutGradients { () throws(TorchError) in
      try (Self.distances(centres, centres).squareRoot() .< radius).unsqueezed(1)
    }
  }

  /// The farthest points, each the one farthest from those before it, from the first point on:
  /// `(B, N, 3)` gives `(B, G)`, int64.
  ///
  /// As in the kernel upstream uses, points within √0.001 of the origin are left out.
  /// Source: Qi et al., 2017, section 3.2 (PointNet++).
  static func farthest(_ points: Tensor, _ count: Int) throws(TorchError) -> Tensor {
    try withoutGradients { () throws(TorchError) in
      let batch = points.shape[0]
      let origin = try points.squared().sum([2]) .<= 1e-3  // (B, N)
      var distances = try Tensor.full(
        1e10, origin.shape, dtype: points.dtype, device: points.device
      ).filled(-1, where: origin)
      var picked = try Tensor.zeros([batch, 1], dtype: .int64, device: points.device)
      var all = [picked]
      for _ in 1..<max(1, count) {
        let last = try points.gathering(1, picked.unsqueezed(2).expanded([batch, 1, 3]))
        distances = try distances.minimum((points - last).squared().sum([2]))  // (B, N)
        picked = try distances.argmax(1, keepAxes: true)  // (B, 1)
        all.append(picked)
      }
      return try .concatenating(all, 1)
    }
  }

  /// Squared distances of `a` `(B, M, 3)` from `b` `(B, N, 3)`: `(B, M, N)`.
  private static func distances(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
    var sum = try (a.slice(2, 0..<1) - b.slice(2, 0..<1).transposed(1, 2)).squared()
    for axis in 1..<3 {
      let difference =
        try a.slice(2, axis..<axis + 1) - b.slice(2, axis..<axis + 1).transposed(1, 2)
      sum = try sum + difference.squared()
    }
    return sum
  }

  /// Vectors `(B, N, C)` at `index` `(B, G, K)`: `(B, G, K, C)`.
  private static func gather(_ vectors: Tensor, _ index: Tensor) throws(TorchError) -> Tensor {
    let (batch, width) = (vectors.shape[0], vectors.shape[2])
    let (groups, members) = (index.shape[1], index.shape[2])
    let flat = try index.reshaped([batch, groups * members, 1])
      .expanded([batch, groups * members, width])
    return try vectors.gathering(1, flat).reshaped([batch, groups, members, width])
  }
}
