public import HoldfastTensor

/// Which part of a tower is trained.
public enum TrainedPart: Codable, Hashable, Sendable {
  /// Every parameter that training may change.
  case full
  /// What makes tokens, and the first block; the deeper blocks stay frozen.
  case shallow
  /// Adapters of the matrices that `targets` name, as ``Adapters`` takes them.
  case lora(size: LoRA, targets: [String])

  /// The targets that hardening with adapters begins with: every attention.
  public static let standardTargets = ["attention"]
}

extension TrainedPart {
  /// The trained leaves of a tower, and the tower as a function of them.
  ///
  /// - Parameters:
  ///   - base: the parameters of one tower, which stay as they are.
  ///   - generator: the source of adapters.
  /// - Throws: ``SelectionError`` for a target that names nothing, or a tower without blocks of which
  ///   the first is to be trained; `TorchError`.
  public func freed(
    of base: ParameterStore, generator: Generator
  ) throws -> FreedParameters {
    switch self {
    case .full: return try Self.overlay(base, base.trainableNames)
    case .shallow:
      let names = base.shallowNames
      guard !names.isEmpty else {
        throw SelectionError(
          what: "the tower has no blocks by name, so it has no shallow part",
          hint: "train it in full, or adapters of its matrices")
      }
      return try Self.overlay(base, names)
    case .lora(let size, let targets):
      let adapters = try Adapters(to: base, size, on: targets, generator: generator)
      return FreedParameters(leaves: adapters.leaves, store: adapters.store)
    }
  }

  private static func overlay(
    _ base: ParameterStore, _ names: [String]
  ) throws(TorchError) -> FreedParameters {
    let chosen = Set(names)
    let leaves = try base.filtered(chosen.contains).trainable()
    return FreedParameters(leaves: leaves) { base.overlaid(by: $0) }
  }
}

extension TrainedPart: CustomStringConvertible {
  /// As users write it: `full`, `shallow`, or `lora:rank=16,alpha=16,targets=attention+patch`.
  public var description: String {
    switch self {
    case .full: "full"
    case .shallow: "shallow"
    case .lora(let size, let targets):
      "lora:rank=\(size.rank),alpha=\(size.alpha.plain),targets="
        + targets.joined(separator: "+")
    }
  }
}

extension Double {
  /// Without `.0` where it is whole.
  fileprivate var plain: String { Int(exactly: self).map(String.init) ?? "\(self)" }
}
