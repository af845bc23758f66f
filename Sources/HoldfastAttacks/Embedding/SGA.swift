public import HoldfastCore
public import HoldfastTensor

/// The image part of the set-level guidance attack: steps along the sign of a gradient that is
/// averaged over noisy copies of the input at several scales.
///
/// Lu et al., 2023; specs: attacks, section 1.9. The original brings each gradient to a mean of 1
/// before it takes the sign, which changes nothing. Noise and scales are those of pictures in
/// [0, 1]. Inputs without rows and columns, as points, have no scale: they get the noise alone.
public struct SGA: Attack {
  /// `sga`.
  public static let name = "sga"

  /// The steps of one run.
  public var steps: Int
  /// The length of a step over the radius.
  public var relativeStep: Double
  /// The sizes of the copies over that of the input, beside the input itself.
  public var scales: [Double]
  /// The standard deviation of the noise, in units of the input.
  public var noise: Double

  /// The attack; the step is 2.5 radii over the number of steps: 0.5/255 in 10 steps at 2/255.
  public init(
    steps: Int = 10, relativeStep: Double? = nil, scales: [Double] = [0.5, 0.75, 1.25, 1.5],
    noise: Double = 0.05
  ) {
    self.steps = steps
    self.relativeStep = relativeStep ?? 2.5 / Double(max(1, steps))
    self.scales = scales
    self.noise = noise
  }

  /// The same attack with `factor` times the steps.
  public func lengthened(by factor: Int) -> Self? { multiplying(\.steps, by: factor) }

  /// A state that holds nothing.
  public typealias State = FGSM.State

  /// A random point of the ball.
  public func start(in ball: Ball, noise: inout Noise) throws(TorchError) -> Tensor {
    try ball.randomPoint(&noise)
  }

  /// An empty state.
  public func begin(at x: Tensor, in ball: Ball) throws(TorchError) -> State { State() }

  /// The input, and a noisy copy through each scale and back.
  public func views(of x: Tensor, noise: inout Noise) throws(TorchError) -> [View] {
    var views = [View(x, isPoint: true)]
    for scale in scales {
      let noisy = try x + noise.normal(like: x) * self.noise
      views.append(View(try Self.rescaled(noisy, by: scale), isPoint: false))
    }
    return views
  }

  /// Pictures and frames brought to another size and back; others as they are.
  private static func rescaled(_ x: Tensor, by scale: Double) throws(TorchError) -> Tensor {
    guard x.rank >= 4 else { return x }
    let (height, width) = (x.shape[x.rank - 2], x.shape[x.rank - 1])
    func resized(_ x: Tensor, _ height: Int, _ width: Int) throws(TorchError) -> Tensor {
      try x.resized(height: height, width: width, by: .bicubic, antialias: false)
    }
    let other = try resized(
      x.asPictures(), max(1, Int(scale * Double(height))), max(1, Int(scale * Double(width))))
    return try resized(other, height, width).reshaped(x.shape)
  }

  /// One step of fixed length.
  public func step(
    _ state: inout State, _ evaluation: Evaluation, in ball: Ball, noise: inout Noise
  ) throws(TorchError) -> Tensor {
    try evaluation.x + ball.steepest(evaluation.gradient) * (ball.radius * relativeStep)
  }
}
