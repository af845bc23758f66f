import HoldfastCore
import HoldfastLayers
import HoldfastTensor

/// A tower and the part of it that is trained.
struct TrainedTower {
  /// The tower before the training, in float32.
  let tower: Tower
  /// What is trained, and the tower's parameters as a function of it.
  let freed: FreedParameters

  private let part: TrainedPart

  /// The given part of a tower, about to be trained.
  init(_ tower: Tower, _ part: TrainedPart, generator: Generator) throws {
    self.tower = tower
    self.part = part
    freed = try part.freed(of: tower.parameters, generator: generator)
  }

  /// The tower over recorded leaves, in an element type; leaves stay float32.
  func recorded(in dtype: DType) throws -> any Encoder {
    try tower.rebuilt(freed.store(freed.leaves).cast(to: dtype))
  }

  /// The tower at a state of the leaves, unrecorded, in an element type: in float32 on their memory.
  func face(of leaves: ParameterStore, in dtype: DType) throws -> any Encoder {
    try withoutGradients { try tower.rebuilt(freed.unrecorded(leaves).cast(to: dtype)) }
  }

  /// What a bundle keeps of a state: adapters, or the weights that have changed.
  func kept(_ leaves: ParameterStore) throws -> ParameterStore {
    var kept = ParameterStore()
    for name in leaves.names {
      guard let leaf = try leaves[name]?.detached() else { continue }
      if let before = tower.parameters[name], try (leaf .!= before).any().item() == 0 { continue }
      kept[name] = try leaf.clone()
    }
    return kept
  }
}

extension TrainedPart {
  /// What the layer of a bundle holds.
  var kind: LayerKind {
    switch self {
    case .full, .shallow: .tower
    case .lora: .adapters
    }
  }

  /// The weights of a tower after a training, as far as they are not those before it.
  ///
  /// - Parameters:
  ///   - kept: what the training kept: weights, or adapters.
  ///   - tower: the parameters before the training, in float32.
  /// - Throws: `UsageError` when adapters do not fit the tower.
  func weights(_ kept: ParameterStore, over tower: ParameterStore) throws -> ParameterStore {
    guard case .lora(let size, let targets) = self else { return kept }
    let adapters = try Adapters(
      to: tower, size, on: targets, generator: Generator(seed: 0, stream: 0))
    for name in Set(adapters.leaves.names).union(kept.names).sorted() {
      guard let own = adapters.leaves[name], let other = kept[name], own.shape == other.shape else {
        throw UsageError(
          "the adapter `\(name)` does not fit this tower", hint: "it was made for another model")
      }
    }
    let merged = try adapters.merged(kept)
    return merged.filtered { merged[$0] !== tower[$0] }
  }
}
