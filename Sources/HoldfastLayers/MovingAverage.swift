public import HoldfastTensor

/// The exponential moving average of parameters that train, d · average + (1 - d) · parameter after each
/// step.
///
/// Source: Tarvainen and Valpola, 2017, equation 1.
public struct MovingAverage {
  /// The share d of the average that stays.
  public let decay: Double
  /// The averages, by the names of the parameters; all that is to be saved.
  public private(set) var average: ParameterStore

  /// An average that begins with the parameters as they are.
  ///
  /// - Parameter decay: from 0 to 1.
  public init(of parameters: ParameterStore, decay: Double) throws(TorchError) {
    self.decay = decay
    average = try parameters.frozen()
  }

  /// Takes in the parameters after a step.
  public mutating func update(with parameters: ParameterStore) throws(TorchError) {
    for name in average.names {
      guard let old = average[name] else { continue }
      guard let new = parameters[name] else {
        throw TorchError(
          code: .backend, operation: "moving average", message: "`\(name)` is missing")
      }
      average[name] = try old * decay + new.detached() * (1 - decay)
    }
  }

  /// Goes on from a saved ``average``.
  ///
  /// - Throws: `CheckpointError` for other names or shapes than the parameters have; `TorchError`.
  public mutating func restore(_ saved: ParameterStore) throws {
    let source = StoreSource(saved)
    let loader = try ParameterLoader(source)
    var restored = ParameterStore()
    for name in average.names {
      guard let own = average[name] else { continue }
      let found = loader.root.parameter(name, own.shape)
      restored[name] = try found.detached().to(own.device).to(own.dtype).clone()
    }
    _ = try loader.finish()
    average = restored
  }
}
