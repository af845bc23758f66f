public import HoldfastLayers
import HoldfastTensor

/// An encoder as its parameters, for defences that change its weights.
public struct Tower {
  /// Every parameter, by the model's names; the encoder shares these tensors.
  public let parameters: ParameterStore
  /// The encoder over other parameters of the same names and shapes, in their element type.
  public let rebuilt: (ParameterStore) throws -> any Encoder

  /// A tower of the given parameters.
  public init(
    parameters: ParameterStore, rebuilt: @escaping (ParameterStore) throws -> any Encoder
  ) {
    self.parameters = parameters
    self.rebuilt = rebuilt
  }

  /// The same tower with some of its parameters replaced by `weights`, in the element type and on the
  /// device of those.
  ///
  /// - Throws: `UsageError` for a weight that the tower does not have, or has in another shape.
  public func overlaid(by weights: ParameterStore) throws -> Tower {
    var store = parameters
    for name in weights.names {
      guard let own = store[name], let other = weights[name], own.shape == other.shape else {
        throw UsageError(
          "the tower has no parameter `\(name)` of the shape \(weights[name]?.shape ?? [])",
          hint: "the weights were made for another model")
      }
      store[name] = try other.to(own.device).to(own.dtype)
    }
    return Tower(parameters: store, rebuilt: rebuilt)
  }

  /// The encoder over ``parameters``.
  public func encoder() throws -> any Encoder { try rebuilt(parameters) }
}
