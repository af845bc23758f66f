/// Points in space, free of tensors and without an order that means anything.
public struct PointCloud: Hashable, Sendable {
  /// x, y and z of each point, one after the other: `(count, 3)`; all finite.
  public let coordinates: [Float]

  /// Wraps coordinates.
  ///
  /// Throws when there is no point, when the number of values is not a multiple of 3, and on a
  /// coordinate that is not a finite number.
  public init(coordinates: [Float]) throws(MediaError) {
    guard !coordinates.isEmpty else { throw MediaError("the point cloud has no points") }
    guard coordinates.count.isMultiple(of: 3) else {
      throw MediaError("points cannot be made from \(coordinates.count) coordinates")
    }
    if let wrong = coordinates.firstIndex(where: { !$0.isFinite }) {
      throw MediaError(
        "point \(wrong / 3) has the coordinate \(coordinates[wrong]), which is not a finite number")
    }
    self.coordinates = coordinates
  }

  /// Points, at least 1.
  public var count: Int { coordinates.count / 3 }

  /// The place of one point.
  subscript(_ index: Int) -> SIMD3<Float> {
    SIMD3(coordinates[3 * index], coordinates[3 * index + 1], coordinates[3 * index + 2])
  }

  /// The points at these indices, in their order; the indices are known to be there.
  func picked(_ indices: some Sequence<Int>) -> PointCloud {
    PointCloud(known: indices.flatMap { coordinates[3 * $0..<3 * $0 + 3] })
  }

  /// Wraps coordinates that are known to be finite, of one point at least.
  init(known coordinates: [Float]) { self.coordinates = coordinates }
}
