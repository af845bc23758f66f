import HoldfastCore
import HoldfastTensor

/// The points of a ball that an 8-bit file can hold.
///
/// Levels are those of k/255 as float32 up to its rounding: a level at the edge of the ball is moved
/// inside by the last bit, so that the radius holds exactly, and a file rounds it back.
extension Ball {
  /// A point of the lattice near `x`: `(B, …)`, for inputs in [0, 1].
  ///
  /// In Linf each coordinate goes to its nearest level inside the ball. In L2 and L1 most
  /// coordinates move by less than a level: those that move most go up to a whole level, as many as
  /// keep the length of the perturbation, and the others are rounded towards the origin. A
  /// coordinate that can reach no level stays where it is; this happens only if the input is not
  /// from an 8-bit file.
  func onLattice(_ x: Tensor) throws(TorchError) -> Tensor {
    norm == .linf ? try nearestLevels(x) : try levelsOfLength(x)
  }

  private func nearestLevels(_ x: Tensor) throws(TorchError) -> Tensor {
    let low = try (lower * 255 - Self.slack).ceil()
    let high = try (upper * 255 + Self.slack).floor()
    let level = try (x * 255).rounded().clamped(low, high) / 255
    return try .where(low .> high, origin, level).clamped(lower, upper)
  }

  private func levelsOfLength(_ x: Tensor) throws(TorchError) -> Tensor {
    let centre = try origin * 255
    let offset = try (x - origin) * 255
    let length = try sizePerRow(offset)
    let largest = try offset.absolute().flattenedRows().max([1]).perRow(rank: x.rank)
    // At the upper end the largest coordinate alone is longer than the whole.
    var (low, high) = (try largest * 0 + 1, try (length + 2) / largest.maximum(1e-6))
    for _ in 0..<16 {
      let middle = try (low + high) / 2
      let fits = try sizePerRow(inward(offset * middle, from: centre)) .<= length
      low = try .where(fits, middle, low)
      high = try .where(fits, high, middle)
    }
    let moved = try inward(offset * low, from: centre)
    let level = try (centre + moved).rounded() / 255
    return try .where(moved .== 0, origin, level).clamped(lower, upper)
  }

  /// Offsets in levels, cut to what reaches the last level between them and the centre.
  private func inward(_ offset: Tensor, from centre: Tensor) throws(TorchError) -> Tensor {
    let target = try (centre + offset).clamped(lower * 255, upper * 255)
    let up = try ((target + Self.slack).floor() - centre).maximum(0)
    let down = try ((target - Self.slack).ceil() - centre).minimum(0)
    let cut = try Tensor.where(offset .> 0, up, down)
    // Less than half the slack is rounding of an origin that is itself a level.
    return try cut.filled(0, where: cut.absolute() .< Self.slack)
  }

  /// How far outside a level still counts as on it, in levels: the rounding of float32.
  private static let slack = 1e-4
}
