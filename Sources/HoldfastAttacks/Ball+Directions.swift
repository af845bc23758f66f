import HoldfastCore
import HoldfastTensor

extension Ball {
  /// The direction of unit norm along which a gradient rises most: its sign in Linf, itself over its
  /// length in L2.
  func steepest(_ gradient: Tensor) throws(TorchError) -> Tensor {
    switch norm {
    case .linf: try gradient.sign()
    case .l2: try gradient / (gradient.lengthPerRow() + 1e-12)
    }
  }

  /// Random points: uniform by coordinate (Linf), or of uniform direction and length (L2).
  func randomPoint(_ noise: inout Noise) throws(TorchError) -> Tensor {
    switch norm {
    case .linf:
      return try origin + (noise.uniform(like: origin) * 2 - 1) * radius
    case .l2:
      let direction = try noise.normal(like: origin)
      let length = try noise.uniform(like: radius) * radius
      return try origin + direction / (direction.lengthPerRow() + 1e-12) * length
    }
  }

  /// Random points on the surface, as APGD starts: in Linf at least one coordinate is at the radius.
  func randomSurfacePoint(_ noise: inout Noise) throws(TorchError) -> Tensor {
    switch norm {
    case .linf:
      let offset = try noise.uniform(like: origin) * 2 - 1
      let largest = try offset.absolute().max(Array(1..<offset.rank), keepAxes: true)
      return try origin + offset / (largest + 1e-12) * radius
    case .l2:
      let offset = try noise.normal(like: origin)
      return try origin + offset / (offset.lengthPerRow() + 1e-12) * radius
    }
  }
}
