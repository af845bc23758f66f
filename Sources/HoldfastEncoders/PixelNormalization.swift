public import HoldfastTensor

/// (x - mean) / std for each colour, the first step inside an image encoder.
public struct PixelNormalization {
  private let mean, std: Tensor  // (3, 1, 1)

  /// Three means and three standard deviations, on the [0, 1] scale.
  public init(mean: [Float], std: [Float], device: Device = .cpu) throws(TorchError) {
    self.mean = try Tensor(mean, [3, 1, 1]).to(device)
    self.std = try Tensor(std, [3, 1, 1]).to(device)
  }

  /// `(B, 3, H, W)` in [0, 1] gives the same shape.
  public func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
    try (pixels - mean) / std
  }
}
