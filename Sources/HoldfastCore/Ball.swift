public import HoldfastTensor

/// How far from the input an attack may look.
public enum Reach: String, Codable, Hashable, Sendable {
  /// Inside the ball of the radius.
  case ball
  /// Anywhere in the legal range, for attacks that seek the smallest perturbation that fools.
  case box
}

/// The inputs that an attack may try for each sample of a batch: a ball of the norm, cut with the
/// legal range, or the whole range.
///
/// Radii are per sample, so samples attacked at different radii share a batch.
public struct Ball: SlotState {
  /// How perturbations are measured.
  public let norm: Norm
  /// Whether the radius binds.
  public let reach: Reach
  /// Which values of a sample are neighbours.
  public let patches: Patches
  /// The unperturbed inputs: `(B, …)`.
  public let origin: Tensor
  /// The radius of each sample, shaped to broadcast: `(B, 1, …)`.
  public let radius: Tensor
  /// The smallest reachable value of each coordinate: `(B, …)`.
  public let lower: Tensor
  /// The largest reachable value of each coordinate: `(B, …)`.
  public let upper: Tensor
  private let range: ClosedRange<Float>?

  /// The balls around the samples of a batch, with a radius each.
  ///
  /// The bounds are rounded towards the origin, so that a clamped float32 input keeps the radius
  /// when it is measured in float64. Patches are those of images unless given.
  public init(
    around origin: Tensor, norm: Norm, radii: [Radius], range: ClosedRange<Float>?,
    reach: Reach = .ball, patches: Patches? = nil
  ) throws(TorchError) {
    self.norm = norm
    self.reach = reach
    self.patches = patches ?? .image(rank: origin.rank - 1)
    self.origin = origin
    self.range = range
    let column = try Tensor(radii.map(\.value)).perRow(rank: origin.rank)
    radius = try column.to(.float32).to(origin.device)
    let widest = reach == .ball ? column : try column * 0 + .infinity
    var lower = try Self.bound(origin, -widest)
    var upper = try Self.bound(origin, widest)
    if let range {
      lower = try lower.maximum(Double(range.lowerBound))
      upper = try upper.minimum(Double(range.upperBound))
    }
    self.lower = lower
    self.upper = upper
  }

  /// The ball like `other`, of other tensors.
  private init(
    _ other: Ball, origin: Tensor? = nil, radius: Tensor, lower: Tensor, upper: Tensor
  ) {
    norm = other.norm
    reach = other.reach
    patches = other.patches
    range = other.range
    self.origin = origin ?? other.origin
    self.radius = radius
    self.lower = lower
    self.upper = upper
  }

  /// origin + offset (float64, on the CPU) in float32, rounded towards the origin.
  private static func bound(_ origin: Tensor, _ offset: Tensor) throws(TorchError) -> Tensor {
    let start = try origin.to(.cpu)
    let exact = try start.to(.float64) + offset
    let rounded = try exact.to(.float32)
    let reached = try (rounded.to(.float64) - start.to(.float64)).absolute()
    return try .where(reached .> offset.absolute(), rounded.nextAfter(start), rounded)
      .to(origin.device)
  }

  /// The balls with radii multiplied by `factors`; unchanged for factor 1.
  public func widened(by factors: [Double]) throws(TorchError) -> Ball {
    guard reach == .ball, factors.contains(where: { $0 != 1 }) else { return self }
    let factor = try Tensor(factors.map(Float.init)).to(origin.device).perRow(rank: origin.rank)
    let long = try radius * factor
    var (low, high) = (try origin - long, try origin + long)
    if let range {
      low = try low.maximum(Double(range.lowerBound))
      high = try high.minimum(Double(range.upperBound))
    }
    let isSame = try factor .== 1
    return Ball(
      self, radius: long, lower: try .where(isSame, lower, low),
      upper: try .where(isSame, upper, high))
  }

  /// The nearest reachable inputs, up to rounding: `(B, …)`.
  public func project(_ x: Tensor) throws(TorchError) -> Tensor {
    guard reach == .ball else { return try x.clamped(lower, upper) }
    switch norm {
    case .linf:
      return try x.clamped(lower, upper)
    case .l1:
      return try projectedSum(x)
    case .l2:
      let offset = try x - origin
      let length = try offset.lengthPerRow()
      let factor = try (radius / length.maximum(1e-12)).minimum(1)
      return try (origin + offset * factor).clamped(lower, upper)
    }
  }

  /// Each tensor merged with its partner.
  public func merged(with other: Ball, _ merge: RowMerge) throws(TorchError) -> Ball {
    Ball(
      self, origin: try merge(origin, other.origin),
      radius: try merge(radius, other.radius), lower: try merge(lower, other.lower),
      upper: try merge(upper, other.upper))
  }
}

extension ThreatModel {
  /// The size of the perturbation from `origin` to `x`, one sample each, measured in float64.
  public func distance(from origin: Tensor, to x: Tensor) throws(TorchError) -> Double {
    let offset = try x.to(.cpu).to(.float64) - origin.to(.cpu).to(.float64)
    return try offset.norm(norm.order).item()
  }

  /// `x` moved by as little as it takes that the perturbation, measured in float64 on the float32
  /// values, keeps the radius; one sample, on the CPU.
  ///
  /// Projection in float32 leaves a Euclidean length correct only up to rounding.
  public func tightened(_ x: Tensor, origin: Tensor) throws(TorchError) -> Tensor {
    let offset = try x.to(.float64) - origin.to(.float64)
    let length = try distance(from: origin, to: x)
    var (result, slack) = (x, 1e-6)
    // The slack doubles, because a radius near the spacing of float32 needs much of it.
    while try distance(from: origin, to: result) > radius.value {
      let scale = max(0, 1 - slack) * radius.value / length
      result = try (origin.to(.float64) + offset * scale).to(.float32)
      slack *= 2
    }
    return result
  }
}

extension Tensor {
  /// The Euclidean length of each row, shaped to broadcast: `(B, …)` gives `(B, 1, …)`.
  public func lengthPerRow() throws(TorchError) -> Tensor {
    try norm(2, Array(1..<rank), keepAxes: true)
  }
}
