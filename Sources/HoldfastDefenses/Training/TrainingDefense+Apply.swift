public import HoldfastCore
import HoldfastLayers
import HoldfastTensor

extension TrainingDefense {
  /// The tower with the weights of the training, under the method's head.
  ///
  /// Adapters are merged, in float32 whatever the precision of `subject`.
  public func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject {
    guard let before = context.model.tower ?? subject.tower else {
      return try subject.overlaid(by: ParameterStore(), of: Self.name)
    }
    let changed = try trains.weights(fitted.weights, over: before.parameters)
    var hardened = try subject.overlaid(by: changed, of: Self.name)
    if let own = hardened.head {
      hardened = Subject(
        encoder: hardened.encoder, head: try head(own, fitted), tower: hardened.tower)
    }
    guard let wrapper else { return hardened }
    return try hardened.wrapped(by: Self.name) { wrapper($0) }
  }
}

extension Fitted {
  private static let prefix = "weights."

  /// What a training kept: its weights or adapters, and further tensors of its method.
  init(weights: ParameterStore, _ kept: [String: Tensor]) {
    var tensors = kept
    for name in weights.names { tensors[Self.prefix + name] = weights[name] }
    self.init(tensors)
  }

  /// The weights or adapters of a training, by their names in the tower.
  var weights: ParameterStore {
    var store = ParameterStore()
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
    where name.hasPrefix(Self.prefix) {
      store[String(name.dropFirst(Self.prefix.count))] = tensor
    }
    return store
  }
}
