import Foundation
import HoldfastCore
public import HoldfastTensor

/// Anchors moved away from their mean direction, so that the farthest stands at a right angle to it.
///
/// With μ the unit mean of unit anchors t and θ their angles to it, the anchor at θ goes to θ · (π / 2) / θ_max on
/// the same great circle: cos θ' · μ + sin θ' · (t - cos θ · μ) / sin θ. That is the rotation of LAAT's code in
/// closed form (Li et al., 2024; specs: defences, section 1.6). New classes are moved by the same μ and θ_max.
public struct AnchorExpansion {
  /// The mean direction μ, of unit length: `(D)`.
  public let mean: Tensor
  /// The largest angle θ_max of the anchors that the expansion was made of, in radians.
  public let largestAngle: Double

  /// The expansion of a mean direction and a largest angle.
  public init(mean: Tensor, largestAngle: Double) {
    self.mean = mean
    self.largestAngle = largestAngle
  }

  /// The expansion that brings the farthest of some unit anchors, `(D, K)`, to a right angle.
  ///
  /// - Throws: `UsageError` when they all point the same way.
  public init(of anchors: Tensor) throws {
    let exact = try anchors.to(.float64)
    mean = try exact.mean([1]).normalized().to(.float32)
    // As a bundle keeps it, so that one that was read answers to the bit.
    let angles = try Self.angles(of: exact, to: mean.to(.float64).normalized())
    largestAngle = Double(Float(try angles.max().item()))
    guard largestAngle > 1e-6 else {
      throw UsageError(
        "the anchors of all classes point the same way, so they cannot be expanded",
        hint: "train on at least two classes")
    }
  }

  /// Unit anchors, moved, by way of float64: `(D, N)` gives the same shape.
  public func callAsFunction(_ anchors: Tensor) throws(TorchError) -> Tensor {
    let exact = try anchors.to(.float64)
    let mean = try self.mean.to(.float64).normalized()
    let angles = try Self.angles(of: exact, to: mean)  // (N)
    let far = try angles * (.pi / 2 / largestAngle)
    let direction = try mean.unsqueezed(1)  // (D, 1)
    let across = try exact - direction * angles.cos()
    // An anchor on the mean itself has no direction across, and stays.
    let unit = try across / across.norm(2, [0], keepAxes: true).maximum(1e-12)
    return try (direction * far.cos() + unit * far.sin()).to(anchors.dtype)
  }

  /// The mean cosine between two different anchors, which expansion lowers.
  public static func meanCosine(of anchors: Tensor) throws(TorchError) -> Double {
    let count = anchors.shape[1]
    guard count > 1 else { return 1 }
    let cosines = try anchors.transposed(0, 1).matmul(anchors).sum().item()
    let own = try anchors.squared().sum().item()
    return (cosines - own) / Double(count * (count - 1))
  }

  /// The angles of unit columns to a unit direction, in radians, float64: `(D, N)` gives `(N)`.
  ///
  /// By chords, which tell small angles apart where cosines round to 1.
  private static func angles(of anchors: Tensor, to mean: Tensor) throws(TorchError) -> Tensor {
    let direction = try mean.unsqueezed(1)
    let cosine = try (anchors * direction).sum([0])
    let sine = try (anchors - direction * cosine).norm(2, [0])
    let values = zip(try sine.array(of: Double.self), try cosine.array(of: Double.self))
      .map { atan2($0, $1) }
    return try Tensor(values).to(anchors.device)
  }
}
