public import HoldfastTensor

/// The values a parameter starts from when it is not read from a file.
public enum Initializer: Hashable, Sendable {
  /// The same number everywhere.
  case constant(Double)
  /// Normal numbers of mean 0 and this standard deviation.
  case normal(Double)
  /// Uniform numbers of at most this absolute value.
  case uniform(Double)

  /// All zeros.
  public static let zeros = Initializer.constant(0)
  /// All ones.
  public static let ones = Initializer.constant(1)

  /// A float32 tensor on the CPU.
  public func tensor(
    _ shape: [Int], _ generator: inout Generator
  ) throws(TorchError) -> Tensor {
    switch self {
    case .constant(let value): try .full(value, shape)
    case .normal(let deviation): try generator.normal(shape) * deviation
    case .uniform(let bound): try (generator.uniform(shape) * 2 - 1) * bound
    }
  }
}
