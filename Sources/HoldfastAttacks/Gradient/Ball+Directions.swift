public import HoldfastCore
public import HoldfastTensor

extension Ball {
  /// The direction of unit norm along which a gradient rises most, as far as it is of use to an
  /// attack that takes many steps: its sign in Linf, itself over its length in L2, and in L1 the
  /// sign of its largest coordinates, a twentieth of them.
  ///
  /// `(B, …)` gives `(B, …)`. The steepest L1 direction has a single coordinate, which soon meets the
  /// box (Tramèr and Boneh, 2019, section 3.2).
  public func steepest(_ gradient: Tensor) throws(TorchError) -> Tensor {
    switch norm {
    case .linf: return try gradient.sign()
    case .l2: return try gradient / (gradient.lengthPerRow() + 1e-12)
    case .l1:
      let rows = try gradient.flattenedRows()
      let count = max(1, rows.shape[1] / 20)
      let least = try rows.absolute().top(count, 1).values.slice(1, count - 1..<count)
      return try rows.signs(from: least).reshaped(gradient.shape)
    }
  }

  /// Random points: uniform by coordinate (Linf), or of uniform direction and length: `(B, …)`.
  public func randomPoint(_ noise: inout Noise) throws(TorchError) -> Tensor {
    switch norm {
    case .linf:
      return try origin + (noise.uniform(like: origin) * 2 - 1) * radius
    case .l2, .l1:
      let direction = try noise.normal(like: origin)
      let length = try noise.uniform(like: radius) * radius
      return try origin + direction / (sizePerRow(direction) + 1e-12) * length
    }
  }

  /// Random points on the surface, as APGD starts: in Linf at least one coordinate is at the radius.
  func randomSurfacePoint(_ noise: inout Noise) throws(TorchError) -> Tensor {
    let offset =
      norm == .linf ? try noise.uniform(like: origin) * 2 - 1 : try noise.normal(like: origin)
    return try origin + offset / (sizePerRow(offset) + 1e-12) * radius
  }

  /// The norm of each row, shaped to broadcast: `(B, …)` gives `(B, 1, …)`.
  func sizePerRow(_ offset: Tensor) throws(TorchError) -> Tensor {
    try offset.norm(norm.order, Array(1..<offset.rank), keepAxes: true)
  }
}

extension Tensor {
  /// The signs of the coordinates of each row that are at least `least` `(B, 1)`, over their
  /// number: `(B, n)`.
  func signs(from least: Tensor) throws(TorchError) -> Tensor {
    let signs = try sign().filled(0, where: absolute() .< least)
    return try signs / (signs.absolute().sum([1], keepAxes: true) + 1e-12)
  }
}
