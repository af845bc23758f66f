public import HoldfastTensor

/// Low-rank adapters of a tower, as a function of its parameters: W + (α / r) B A in place of W.
///
/// A tower over ``store(_:)`` needs no layers of its own for them, and once trained they are merged for
/// nothing. The matrix of a convolution has a row for each filter. A fused projection, `qkv`, has an
/// adapter for each of its three parts, as ``LoRALinear`` has.
///
///     let adapters = try Adapters(
///       to: sense.parameters, .standard, on: ["attention", "patch"], generator: generator)
///     let trained = try sense.rebuilt(adapters.store(adapters.leaves))
///
/// Source: Hu et al., 2022, section 4.1; initial values as in peft.
public struct Adapters {
  /// The size and the strength of the updates.
  public let lora: LoRA
  /// The weights that have an adapter, by name, in the tower's order.
  public let matrices: [String]
  /// Fresh A and B, to be trained: `x.lora_a` and `x.lora_b` for `x.weight`, in float32.
  ///
  /// B is zero, so they change nothing yet.
  public let leaves: ParameterStore

  private let base: ParameterStore

  /// Adapters of the matrices that any of `targets` names.
  ///
  /// - Parameters:
  ///   - base: the parameters of one tower, which stay as they are.
  ///   - targets: as ``ParameterStore/matrixNames(for:)`` takes them.
  ///   - generator: the source of A; each matrix has a stream of its own.
  /// - Throws: ``SelectionError`` for a target that names nothing, a rank below 1, and a tower whose own
  ///   adapters are not merged (see ``ParameterStore/merging(_:)``); `TorchError`.
  public init(
    to base: ParameterStore, _ lora: LoRA, on targets: [String], generator: Generator
  ) throws {
    guard lora.rank >= 1 else {
      throw SelectionError(
        what: "adapters of rank \(lora.rank) change nothing", hint: "the rank is at least 1")
    }
    if let own = base.names.first(where: { $0.hasSuffix("lora_a") }) {
      throw SelectionError(
        what: "the tower has adapters of its own, such as `\(own)`",
        hint: "load it with its adapters merged")
    }
    let chosen = try Set(targets.flatMap(base.matrixNames(for:)))
    guard !chosen.isEmpty else {
      throw SelectionError(
        what: "no target is given", hint: "targets are attention, mlp, patch, all, and patterns")
    }
    var leaves = ParameterStore()
    for name in base.names where chosen.contains(name) {
      guard let weight = base[name] else { continue }
      let (outputs, inputs) = (weight.shape[0], weight.shape.dropFirst().reduce(1, *))
      let (a, b) = Self.leafNames(of: name)
      var stream = generator.split(a)
      let rows = Self.parts(of: name, rows: outputs) * lora.rank
      leaves[a] = try LoRA.start(inputs: inputs).tensor([rows, inputs], &stream)
        .to(weight.device).leaf()
      leaves[b] = try Tensor.zeros([outputs, lora.rank], device: weight.device).leaf()
    }
    self.lora = lora
    self.base = base
    self.leaves = leaves
    matrices = base.names.filter(chosen.contains)
  }

  /// Every parameter of the tower, with the updates of `leaves`; recorded if they are.
  ///
  /// What has no adapter is shared with the tower.
  /// - Throws: `CheckpointError` if one of ``leaves`` is missing, `TorchError` for other shapes.
  public func store(_ leaves: ParameterStore) throws -> ParameterStore {
    var store = base
    for name in matrices {
      let place = Self.leafNames(of: name)
      guard let weight = base[name], let a = leaves[place.a], let b = leaves[place.b] else {
        throw CheckpointError(
          file: "the adapters given",
          missing: [place.a, place.b].filter { leaves[$0] == nil }, unexpected: [], mismatched: [])
      }
      let update = try lora.update(a, b)  // (outputs, inputs)
      store[name] = try weight + update.reshaped(weight.shape).to(weight.dtype)
    }
    return store
  }

  /// The same without the record of operations, for inference.
  public func merged(_ leaves: ParameterStore) throws -> ParameterStore {
    try store(leaves.unrecorded())
  }

  /// The names of A and B of the weight `name`.
  private static func leafNames(of name: String) -> (a: String, b: String) {
    let place = name.dropLast("weight".count)
    return (place + "lora_a", place + "lora_b")
  }

  /// How many layers are fused in the weight `name`.
  private static func parts(of name: String, rows: Int) -> Int {
    let isFused = name.split(separator: ".").dropLast().last == "qkv"
    return isFused && rows % 3 == 0 ? 3 : 1
  }
}
