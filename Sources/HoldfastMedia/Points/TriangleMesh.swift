/// A surface of triangles.
public struct TriangleMesh: Hashable, Sendable {
  /// The corners of the triangles, and perhaps points that no triangle has.
  public let vertices: PointCloud

  /// Three indices into the vertices for each triangle: `(triangles, 3)`.
  public let corners: [Int]

  /// Wraps triangles.
  ///
  /// Throws when there is no triangle, when the number of indices is not a multiple of 3, and on an index
  /// that no vertex has.
  public init(vertices: PointCloud, corners: [Int]) throws(MediaError) {
    guard !corners.isEmpty else { throw MediaError("the mesh has no faces") }
    guard corners.count.isMultiple(of: 3) else {
      throw MediaError("triangles cannot be made from \(corners.count) corners")
    }
    if let wrong = corners.firstIndex(where: { !(0..<vertices.count).contains($0) }) {
      throw MediaError(
        "triangle \(wrong / 3) has the vertex \(corners[wrong]), and there are \(vertices.count)")
    }
    self.vertices = vertices
    self.corners = corners
  }

  /// Triangles, at least 1.
  public var triangles: Int { corners.count / 3 }

  /// The corners of one triangle.
  func triangle(_ index: Int) -> (SIMD3<Float>, SIMD3<Float>, SIMD3<Float>) {
    let corner = corners[3 * index..<3 * index + 3].map { vertices[$0] }
    return (corner[0], corner[1], corner[2])
  }
}

/// What a file of points or of a surface holds.
public enum PointShape: Hashable, Sendable {
  /// Points alone.
  case cloud(PointCloud)
  /// A surface, from which points can be drawn.
  case mesh(TriangleMesh)
}
