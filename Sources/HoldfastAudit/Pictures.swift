import HoldfastCore
import HoldfastMedia
import HoldfastTensor

/// Rounds perturbed pictures to what an 8-bit file can hold.
enum Pictures {
  /// `x` `(1, 3, H, W)` after rounding to the nearest 8-bit levels that keep the radius, and a PNG
  /// file: what the model sees when the picture is sent to it.
  static func throughPNG(
    _ x: Tensor, origin: Tensor, threat: ThreatModel
  ) throws -> Tensor {
    let ball = try Ball(
      around: origin, norm: threat.norm, radii: [threat.radius], range: 0...1)
    // A level counts as inside up to the rounding of float32.
    let slack = 1e-3
    let low = try (ball.lower * 255 - slack).ceil()
    let high = try (ball.upper * 255 + slack).floor()
    let levels = try (x * 255).rounded().clamped(low, high) / 255
    let shape = x.shape
    let picture = try Image(
      planarFloats: try levels.array(of: Float.self), width: shape[3], height: shape[2])
    let stored = try decodeImage(try encodePNG(picture), name: "adversarial picture")
    return try Tensor(stored.planarFloats(), shape)
  }
}
