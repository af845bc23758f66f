import HoldfastFormats
public import HoldfastTensor

/// The parameters of a model by name, in the order in which the model asks for them.
public struct ParameterStore {
  /// The model's own names, in order.
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]

  /// A store without parameters.
  public init() {}

  /// The number of parameters.
  public var count: Int { names.count }

  /// One parameter; setting a new name appends it.
  public subscript(_ name: String) -> Tensor? {
    get { tensors[name] }
    set {
      if newValue == nil {
        names.removeAll { $0 == name }
      } else if tensors[name] == nil {
        names.append(name)
      }
      tensors[name] = newValue
    }
  }

  /// The numbers in all of them together.
  public var elementCount: Int { tensors.values.reduce(0) { $0 + $1.count } }

  /// A store of the parameters whose names match, shared with this one.
  public func filtered(_ matches: (String) -> Bool) -> ParameterStore {
    var copy = ParameterStore()
    for name in names where matches(name) { copy[name] = tensors[name] }
    return copy
  }

  /// A store in which each parameter that `matches` is a copy whose gradient can be asked for.
  ///
  /// The others are shared with this store.
  public func trainable(
    where matches: (String) -> Bool = { _ in true }
  ) throws(TorchError) -> ParameterStore {
    var copy = self
    for name in names where matches(name) {
      copy.tensors[name] = try tensors[name]?.clone().leaf()
    }
    return copy
  }

  /// A store of copies that require no gradient, as a frozen model keeps them.
  public func frozen() throws(TorchError) -> ParameterStore {
    var copy = self
    for name in names { copy.tensors[name] = try tensors[name]?.detached().clone() }
    return copy
  }

  /// This store without the record of operations: detached views of the same memory.
  ///
  /// A tower over the views can be searched in while the parameters train: no gradient of a parameter is
  /// computed, and products go by copies of the weights in oneDNN's order, made once after each step of
  /// an optimiser. What requires no gradient is shared, with its copies. The views see every step; a
  /// cast of them is a copy and does not.
  public func unrecorded() throws(TorchError) -> ParameterStore {
    var copy = self
    for (name, tensor) in tensors where tensor.requiresGradient {
      copy.tensors[name] = try tensor.detached()
    }
    return copy
  }

  /// This store in another element type; what has it already is shared.
  ///
  /// The cast is recorded, so gradients reach parameters that require them.
  public func cast(to dtype: DType) throws(TorchError) -> ParameterStore {
    var copy = self
    for (name, tensor) in tensors where tensor.dtype != dtype {
      copy.tensors[name] = try tensor.to(dtype)
    }
    return copy
  }

  /// This store with the tensors of `other` in place of its own of the same names, and with those that
  /// only `other` has behind them.
  ///
  /// All are shared. Shapes are checked when a model is built from the result.
  public func overlaid(by other: ParameterStore) -> ParameterStore {
    var copy = self
    for name in other.names { copy[name] = other[name] }
    return copy
  }

  /// The tensors under the keys of a checkpoint format.
  public func stored(as keys: KeyMap) throws(TorchError) -> [(key: String, tensor: Tensor)] {
    var result: [(key: String, tensor: Tensor)] = []
    for name in names {
      guard let tensor = try tensors[name]?.detached() else { continue }
      switch keys.stored(name) {
      case .tensor(let key): result.append((key, tensor))
      case .transposed(let key): result.append((key, try tensor.transposed(0, 1).contiguous()))
      case .rows(let keys):
        let rows = (tensor.shape.first ?? 0) / keys.count
        for (i, key) in keys.enumerated() {
          result.append((key, try tensor.slice(0, i * rows..<(i + 1) * rows).contiguous()))
        }
      }
    }
    return result
  }

  /// Writes a safetensors file with the keys of a checkpoint format.
  ///
  /// - Throws: `FormatError` when the file cannot be written, `TorchError` when a tensor cannot be
  ///   copied from its device.
  public func write(to path: String, keys: KeyMap) throws {
    let tensors = try stored(as: keys).map { key, tensor in
      SafetensorsWriter.Tensor(
        name: key, type: try ElementType(tensor.dtype, of: key), shape: tensor.shape
      ) { try tensor.to(.cpu).bytes() }
    }
    try SafetensorsWriter.write(tensors, to: path)
  }
}
