public import HoldfastTensor

/// (x - mean) / std for each channel, the first step inside an image encoder.
public struct PixelNormalization {
  private let mean, std: Tensor  // (C, 1, 1)

  /// A mean and a standard deviation for each of the C channels, on the [0, 1] scale.
  public init(mean: [Float], std: [Float], device: Device = .cpu) throws(TorchError) {
    self.mean = try Tensor(mean, [mean.count, 1, 1]).to(device)
    self.std = try Tensor(std, [std.count, 1, 1]).to(device)
  }

  /// `(…, C, H, W)` in [0, 1] gives the same shape.
  public func callAsFunction(_ pixels: Tensor) throws(TorchError) -> Tensor {
    try (pixels - mean) / std
  }
}
