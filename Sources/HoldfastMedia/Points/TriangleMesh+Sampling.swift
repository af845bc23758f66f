import HoldfastTensor

extension TriangleMesh {
  /// Points drawn uniformly from the surface.
  ///
  /// A triangle is drawn in proportion to its area, then a point of it: with u and v uniform,
  /// (1 - √u) A + √u (1 - v) B + √u v C. The same seed draws the same points of the same mesh.
  /// Source: Osada et al., "Shape distributions", 2002, section 4.2.
  ///
  /// - Throws: ``MediaError`` when the surface has no area, or one that is not finite.
  public func sampled(_ count: Int, seed: UInt64) throws -> PointCloud {
    guard count > 0 else { throw MediaError("\(count) points cannot be drawn from a surface") }
    var sums: [Double] = []
    sums.reserveCapacity(triangles)
    var total = 0.0
    for index in 0..<triangles {
      total += area(of: index)
      sums.append(total)
    }
    guard total > 0, total.isFinite else {
      throw MediaError(
        total == 0 ? "the faces of the mesh have no area" : "the area of the mesh is not finite")
    }
    var generator = Generator(seed: seed, stream: vertices.coordinates.fingerprint)
    let draws = try generator.uniform([count, 3]).array(of: Float.self)
    var coordinates: [Float] = []
    coordinates.reserveCapacity(3 * count)
    for place in 0..<count {
      let index = sums.firstAbove(Double(draws[3 * place]) * total)
      let (a, b, c) = triangle(index)
      let (root, v) = (draws[3 * place + 1].squareRoot(), draws[3 * place + 2])
      let point = (1 - root) * a + root * (1 - v) * b + root * v * c
      coordinates += [point.x, point.y, point.z]
    }
    return try PointCloud(coordinates: coordinates)
  }

  /// The area, in float64.
  private func area(of index: Int) -> Double {
    let (a, b, c) = triangle(index)
    let (p, q) = (SIMD3<Double>(b) - SIMD3<Double>(a), SIMD3<Double>(c) - SIMD3<Double>(a))
    let cross = SIMD3(
      p.y * q.z - p.z * q.y, p.z * q.x - p.x * q.z, p.x * q.y - p.y * q.x)
    return (cross * cross).sum().squareRoot() / 2
  }
}

extension [Double] {
  /// The first place whose value is above a number, of values that never fall and end above it.
  fileprivate func firstAbove(_ number: Double) -> Int {
    var (low, high) = (0, count - 1)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension [Float] {
  /// A number that depends on these values alone (FNV-1a, 64 bit).
  var fingerprint: UInt64 {
    reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x100_0000_01b3 }
  }
}
