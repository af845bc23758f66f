import HoldfastAttacks
import HoldfastCore
import HoldfastMedia
import HoldfastTensor

extension AuditPlan {
  /// Whether an attack's results count as they are after a PNG file: true if it promises levels of
  /// 8 bits.
  func countsPictures(of recipe: AttackRecipe) -> Bool {
    recipe.attack.isOnLattice && storesPictures
  }

  /// An input after a PNG file, and how far it is from the unperturbed one.
  func picture(
    of input: Tensor, at radius: Radius, of job: AttackJob
  ) throws -> (input: Tensor, distance: Double) {
    let threat = ThreatModel(norm: norm, radius: radius)
    let stored = try Pictures.throughPNG(input, origin: job.input, threat: threat)
    return (stored, try threat.distance(from: job.input, to: stored))
  }
}

/// Rounds perturbed pictures to what an 8-bit file can hold.
enum Pictures {
  /// `x` `(1, 3, H, W)` after rounding to 8-bit levels that keep the radius, and a PNG file: what
  /// the model sees when the picture is sent to it.
  ///
  /// `origin` came from an 8-bit picture. The radius is kept up to the rounding of float32.
  static func throughPNG(
    _ x: Tensor, origin: Tensor, threat: ThreatModel
  ) throws -> Tensor {
    let file = try png(x, origin: origin, threat: threat)
    let stored = try decodeImage(file, name: "adversarial picture")
    return try Tensor(stored.planarFloats(), x.shape)
  }

  /// The bytes of that file.
  static func png(_ x: Tensor, origin: Tensor, threat: ThreatModel) throws -> [UInt8] {
    let levels = try rounded(x, origin: origin, threat: threat)
    return try encodePNG(
      Image(
        planarFloats: try levels.array(of: Float.self), width: x.shape[3], height: x.shape[2]))
  }

  /// The nearest levels in the box of the radius, with less of the perturbation if rounding has
  /// made its Euclidean length too large.
  private static func rounded(
    _ x: Tensor, origin: Tensor, threat: ThreatModel
  ) throws -> Tensor {
    let ball = try Ball(around: origin, norm: threat.norm, radii: [threat.radius], range: 0...1)
    let low = try (ball.lower * 255 - slack).ceil()
    let high = try (ball.upper * 255 + slack).floor()
    let offset = try x - origin
    for share in stride(from: 1.0, to: 0, by: -0.02) {
      let levels = try ((origin + offset * share) * 255).rounded().clamped(low, high) / 255
      let distance = try threat.distance(from: origin, to: levels)
      if threat.norm == .linf || distance <= threat.radius.value + slack / 255 { return levels }
    }
    return origin
  }

  /// How far outside a level still counts as inside, in levels: the rounding of float32.
  private static let slack = 1e-3
}
