import Foundation
public import HoldfastTensor

/// A Gaussian low-pass filter in the frequency domain: F⁻¹(F(x) ⊙ exp(-D² / 2 D₀²)).
///
/// D is the distance from zero frequency in cycles per image, per axis over its own cut-off. The
/// filter is linear and self-adjoint, and gains 1 at zero frequency (R-Adapt, Gaussian Input
/// Filter; specs: defences, section 5.1).
public struct GaussianFilter: Codable, Hashable, Sendable {
  /// The cut-off D₀ along the rows' axis (height), in cycles per image.
  public let verticalCutoff: Double
  /// The cut-off D₀ along the columns' axis (width), in cycles per image.
  public let horizontalCutoff: Double

  /// A filter of the given cut-offs.
  public init(vertical: Double, horizontal: Double) {
    verticalCutoff = vertical
    horizontalCutoff = horizontal
  }

  /// The inputs without their high frequencies, over the last two axes: `(…, H, W)`.
  public func callAsFunction(_ x: Tensor) throws(TorchError) -> Tensor {
    let shape = x.shape
    guard shape.count >= 2 else {
      throw TorchError(
        code: .shape, operation: "Gaussian filter",
        message: "needs at least two axes (operand: \(shape))")
    }
    guard verticalCutoff > 0, horizontalCutoff > 0 else {
      throw TorchError(
        code: .backend, operation: "Gaussian filter", message: "its cut-offs must be above 0")
    }
    let (height, width) = (shape[shape.count - 2], shape[shape.count - 1])
    let gain = try self.gain(height: height, width: width).to(x.device)
    return try (x.realFourier2() * gain).inverseRealFourier2(height: height, width: width)
  }

  /// The gain of each frequency of the half spectrum: `(H, W / 2 + 1)`.
  func gain(height: Int, width: Int) throws(TorchError) -> Tensor {
    var gains: [Float] = []
    gains.reserveCapacity(height * (width / 2 + 1))
    for row in 0..<height {
      let v = Double(min(row, height - row)) / verticalCutoff
      for column in 0...(width / 2) {
        let h = Double(column) / horizontalCutoff
        gains.append(Float(exp(-(v * v + h * h) / 2)))
      }
    }
    return try Tensor(gains, [height, width / 2 + 1])
  }
}
