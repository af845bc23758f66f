import CTorch

// What libtorch has kernels of its own for.

extension Tensor {
  /// Matrix product over the last two axes, broadcast over the rest.
  public func matmul(_ other: Tensor) throws(TorchError) -> Tensor {
    try binary(HF_MATMUL, "matmul", other)
  }

  /// x Wᵀ + b: `(…, inputs)` with `weight` `(outputs, inputs)` gives `(…, outputs)`.
  ///
  /// - Parameter added: what is added to that, `(…, outputs)`; the sum has its element type.
  public func linear(
    _ weight: Tensor, _ bias: Tensor? = nil, adding added: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try make("linear", [self, weight] + (added.map { [$0] } ?? [])) {
      hf_linear(handle, weight.handle, bias?.handle, added?.handle, $0)
    }
  }

  /// down(activation(up(x))): `(…, inputs)` gives `(…, outputs)`.
  ///
  /// - Parameter added: what is added to that, `(…, outputs)`; the sum has its element type.
  public func mlp(
    up: (weight: Tensor, bias: Tensor?), down: (weight: Tensor, bias: Tensor?),
    _ activation: Activation, adding added: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    try make("mlp", [self, up.weight, down.weight] + (added.map { [$0] } ?? [])) {
      hf_mlp(
        handle, up.weight.handle, up.bias?.handle, down.weight.handle, down.bias?.handle,
        Int32(activation.operation), added?.handle, $0)
    }
  }

  /// Rows of `weight` `(vocabulary, width)` by ids (int64): `(…)` gives `(…, width)`.
  public func embedded(in weight: Tensor) throws(TorchError) -> Tensor {
    try make("embedding", [self, weight]) { hf_embedding(handle, weight.handle, $0) }
  }

  /// Layer normalisation over the last axis (Ba et al., 2016).
  public func layerNorm(
    _ weight: Tensor?, _ bias: Tensor?, epsilon: Double
  ) throws(TorchError) -> Tensor {
    let width = Int64(shape.last ?? 0)
    return try make("layer norm", [self]) {
      hf_layer_norm(handle, width, weight?.handle, bias?.handle, epsilon, $0)
    }
  }

  /// softmax(q kᵀ / √d + mask) v over the last two axes, `(B, heads, N, d)`.
  ///
  /// - Parameters:
  ///   - mask: bool, true for keys that a query may attend to; or numbers that are added to the
  ///     scores.
  ///   - math: takes the path of plain operations, which can be differentiated twice.
  public static func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false,
    math: Bool = false
  ) throws(TorchError) -> Tensor {
    try make("attention", [q, k, v]) {
      hf_attention(q.handle, k.handle, v.handle, mask?.handle, causal, math, $0)
    }
  }

  /// Convolution over as many axes as `stride` has sizes (1, 2 or 3).
  public func convolved(
    _ weight: Tensor, _ bias: Tensor? = nil, stride: [Int], padding: [Int]? = nil,
    dilation: [Int]? = nil, groups: Int = 1
  ) throws(TorchError) -> Tensor {
    let zeros = [Int](repeating: 0, count: stride.count)
    let ones = [Int](repeating: 1, count: stride.count)
    guard padding?.count ?? stride.count == stride.count,
      dilation?.count ?? stride.count == stride.count
    else {
      throw TorchError(
        code: .shape, operation: "convolution",
        message: "stride, padding and dilation differ in length")
    }
    return try make("convolution", [self, weight]) {
      hf_convolution(
        handle, weight.handle, bias?.handle, stride.wide, (padding ?? zeros).wide,
        (dilation ?? ones).wide, Int32(stride.count), Int64(groups), $0)
    }
  }

  /// The interpolations that ``resized(height:width:by:antialias:)`` knows.
  public enum Interpolation: String, Sendable, Hashable, Codable {
    /// Of degree 1 (two taps an axis) or 3 (four, a = -0.75).
    case bilinear, bicubic
  }

  /// Images `(B, C, H, W)` at another size, as torch does it with `align_corners` false.
  public func resized(
    height: Int, width: Int, by interpolation: Interpolation, antialias: Bool
  ) throws(TorchError) -> Tensor {
    try make("resize", [self]) {
      hf_resize(
        handle, Int64(height), Int64(width), interpolation == .bicubic, antialias, $0)
    }
  }

  /// Discrete Fourier transform of real input over the last axis, half spectrum.
  ///
  /// The input is cut, or followed by zeros, to `length` first: `(…, n)` gives
  /// `(…, length / 2 + 1)`.
  public func realFourier(length: Int) throws(TorchError) -> Tensor {
    try make("real Fourier transform", [self]) { hf_rfft(handle, Int64(length), $0) }
  }
  /// Discrete Fourier transform of real input over the last two axes, half spectrum.
  public func realFourier2() throws(TorchError) -> Tensor {
    try make("real Fourier transform", [self]) { hf_rfft2(handle, $0) }
  }
  /// Inverse of ``realFourier2()`` to the given size.
  public func inverseRealFourier2(height: Int, width: Int) throws(TorchError) -> Tensor {
    try make("inverse real Fourier transform", [self]) {
      hf_irfft2(handle, Int64(height), Int64(width), $0)
    }
  }
  /// Discrete Fourier transform over the last two axes.
  public func fourier2() throws(TorchError) -> Tensor {
    try make("Fourier transform", [self]) { hf_fft2(handle, $0) }
  }
  /// Inverse discrete Fourier transform over the last two axes.
  public func inverseFourier2() throws(TorchError) -> Tensor {
    try make("inverse Fourier transform", [self]) { hf_ifft2(handle, $0) }
  }

  /// The smallest moves from these rows, within bounds, that raise linear functions by given amounts,
  /// a row at a time: `(B, …)`, float32 on the CPU.
  ///
  /// If the bounds do not let a function rise so far, every coordinate that helps moves to its
  /// bound. Croce and Hein, 2020 (FAB), equation 3.
  ///
  /// - Parameters:
  ///   - slope: The functions, `(B, …)`.
  ///   - rise: By how much, `(B)`, of either sign.
  ///   - lower: The least value of each coordinate, `(B, …)`; may be infinite.
  ///   - upper: The largest.
  ///   - squared: Whether a move is measured by its Euclidean length, else by its largest coordinate.
  /// - Throws: `TorchError` for another element type or device, or shapes that do not fit.
  public func smallestMove(
    along slope: Tensor, raising rise: Tensor, lower: Tensor, upper: Tensor, squared: Bool
  ) throws(TorchError) -> Tensor {
    try make("smallest move", [self, slope, rise, lower, upper]) {
      hf_smallest_move(
        handle, slope.handle, rise.handle, lower.handle, upper.handle, squared, $0)
    }
  }
}
