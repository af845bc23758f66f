public import HoldfastTensor

/// How the processes of a training add up what each computed of its part of a batch.
///
/// All processes call the same functions in the same order, and all get the same sums to the bit, so
/// that their leaves stay equal.
public protocol GradientExchange {
  /// The sums of gradients over all processes.
  func sum(_ gradients: [Tensor]) throws -> [Tensor]
  /// The sums of figures over all processes, by name; a name may be missing in some.
  func sum(_ figures: [String: Double]) throws -> [String: Double]
  /// Waits until every process has come here.
  func barrier() throws
}

/// The exchange of a process by itself.
public struct Alone: GradientExchange {
  /// Creates the exchange.
  public init() {}

  /// The gradients themselves.
  public func sum(_ gradients: [Tensor]) -> [Tensor] { gradients }
  /// The figures themselves.
  public func sum(_ figures: [String: Double]) -> [String: Double] { figures }
  /// Nobody is waited for.
  public func barrier() {}
}
