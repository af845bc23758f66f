/// How a file of points, or of a surface, becomes the points that a model takes.
///
/// Of a surface points are drawn; of more points than the model takes those that are far from each
/// other are kept, fewer are repeated from the first; then the mean is moved to 0 and the farthest
/// point scaled to norm 1 (``PointCloud/normalized()``), so that a radius is in parts of the unit
/// sphere.
public struct PointPreprocessor: Hashable, Sendable, Codable {
  /// The points that the model takes.
  public var count: Int

  /// The points drawn from a surface, before those that are far from each other are kept; never
  /// fewer than ``count``.
  ///
  /// The default is that of ModelNet40 as PointNet++ resampled it: 10,000.
  public var surfaceSamples: Int

  /// What the points of a surface are drawn by, together with the surface itself.
  public var seed: UInt64

  /// Creates a preprocessor.
  public init(count: Int = 8192, surfaceSamples: Int = 10_000, seed: UInt64 = 0) {
    self.count = count
    self.surfaceSamples = surfaceSamples
    self.seed = seed
  }

  /// The counts that `prepare` accepts.
  public static let counts = 1...(1 << 20)

  /// What distances are measured in, for the encoder that takes these points.
  public static let unit = "unit sphere"

  /// The points at the model's own count, normalised.
  ///
  /// - Throws: ``MediaError`` for surfaces without area, for points that are all at one place, and for
  ///   counts outside of ``counts``.
  public func prepare(_ shape: PointShape) throws -> PointCloud {
    guard Self.counts.contains(count), surfaceSamples <= Self.counts.upperBound else {
      throw MediaError(
        "a model cannot take \(count) points of \(surfaceSamples) that are drawn",
        hint: "between 1 and \(Self.counts.upperBound)")
    }
    let cloud =
      switch shape {
      case .cloud(let cloud): cloud
      case .mesh(let mesh): try mesh.sampled(max(count, surfaceSamples), seed: seed)
      }
    return try cloud.resized(to: count).normalized()
  }
}
