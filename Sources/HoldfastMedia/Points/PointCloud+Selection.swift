extension PointCloud {
  /// Of many points, `count` that are far from each other: farthest-point sampling from point 0.
  ///
  /// Each next point is the one whose distance to the nearest chosen point is largest, of several
  /// the one that comes first. Distances are squared, in float32, x² + y² before z². If there are
  /// no more than `count`, all points in that order. Source: Qi et al., "PointNet++", 2017; the
  /// released code starts at a random point, Point-BERT's at point 0.
  public func farthestPoints(_ count: Int) -> PointCloud {
    picked(farthestIndices(count))
  }

  /// The indices of ``farthestPoints(_:)``.
  func farthestIndices(_ wanted: Int) -> [Int] {
    let count = self.count
    var chosen: [Int] = []
    chosen.reserveCapacity(min(wanted, count))
    var nearest = [Float](repeating: .infinity, count: count)
    coordinates.withUnsafeBufferPointer { points in
      nearest.withUnsafeMutableBufferPointer { nearest in
        var next = 0
        while chosen.count < min(wanted, count) {
          chosen.append(next)
          let (x, y, z) = (points[3 * next], points[3 * next + 1], points[3 * next + 2])
          // Below every distance, so that a chosen point is not chosen again before all others.
          nearest[next] = -1
          var (farthest, place) = (-Float.infinity, 0)
          while place < count {
            let (dx, dy, dz) = (
              points[3 * place] - x, points[3 * place + 1] - y, points[3 * place + 2] - z
            )
            let distance = min(nearest[place], dx * dx + dy * dy + dz * dz)
            nearest[place] = distance
            if distance > farthest { (farthest, next) = (distance, place) }
            place += 1
          }
        }
      }
    }
    return chosen
  }

  /// `count` points of these: farthest-point sampling of more, repetition from the first of fewer.
  public func resized(to count: Int) -> PointCloud {
    if self.count == count { return self }
    if self.count > count { return farthestPoints(count) }
    return picked((0..<count).map { $0 % self.count })
  }

  /// The points moved so that their mean is 0 and scaled so that the farthest has norm 1.
  ///
  /// Computed in float64. Source: `pc_normalize` of the PointNet++ and Point-BERT code.
  ///
  /// Throws when all points are at the same place, which leaves nothing to scale by.
  public func normalized() throws(MediaError) -> PointCloud {
    var mean = SIMD3<Double>.zero
    for index in 0..<count { mean += SIMD3<Double>(self[index]) }
    mean /= Double(count)
    var largest = 0.0
    for index in 0..<count {
      let moved = SIMD3<Double>(self[index]) - mean
      largest = max(largest, (moved * moved).sum())
    }
    let norm = largest.squareRoot()
    guard (0..<count).contains(where: { self[$0] != self[0] }), norm > 0 else {
      throw MediaError(
        "all points are at the same place", hint: "such a cloud cannot be scaled")
    }
    var coordinates: [Float] = []
    coordinates.reserveCapacity(3 * count)
    for index in 0..<count {
      let point = SIMD3<Float>((SIMD3<Double>(self[index]) - mean) / norm)
      coordinates += [point.x, point.y, point.z]
    }
    return PointCloud(known: coordinates)
  }
}
