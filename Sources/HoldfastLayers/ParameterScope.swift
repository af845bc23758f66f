public import HoldfastTensor

/// A cursor into the parameters of a model: a place in the tree of names.
///
/// Layers take a scope and ask it for parameters by name and shape, whether these come from a
/// checkpoint, an initialiser or another model. Nothing fails half-way: what is wrong is collected,
/// and ``ParameterLoader/finish(allowing:)`` reports all of it.
///
///     let scope = loader.root["blocks"][3]
///     let weight = scope.parameter("weight", [outputs, inputs])
public struct ParameterScope {
  private let loader: ParameterLoader
  private let prefix: String

  init(_ loader: ParameterLoader, prefix: String) {
    self.loader = loader
    self.prefix = prefix
  }

  /// The place `name` below this one.
  public subscript(_ name: String) -> ParameterScope {
    ParameterScope(loader, prefix: "\(prefix)\(name).")
  }

  /// The place of the element `index` of a list.
  public subscript(_ index: Int) -> ParameterScope { self["\(index)"] }

  /// The parameter `name` at this place.
  ///
  /// If none fits, the problem is recorded and an empty tensor takes its place.
  public func parameter(
    _ name: String, _ shape: [Int], _ initializer: Initializer = .zeros
  ) -> Tensor {
    loader.parameter(prefix + name, shape, initializer)
  }
}

/// Builds a model from a source of parameters, and reports everything that does not fit.
public final class ParameterLoader {
  private let source: any ParameterSource
  private let placeholder: Tensor
  private var store = ParameterStore()
  private var failed: Set<String> = []
  private var used: Set<String> = []
  private var missing: [String] = []
  private var mismatched: [String] = []

  /// A loader over `source`.
  public init(_ source: any ParameterSource) throws(TorchError) {
    self.source = source
    self.placeholder = try .zeros([0])
  }

  /// The place at the root of the tree of names.
  public var root: ParameterScope { ParameterScope(self, prefix: "") }

  fileprivate func parameter(
    _ name: String, _ shape: [Int], _ initializer: Initializer
  ) -> Tensor {
    if let known = store[name] { return known }
    guard !failed.contains(name) else { return placeholder }
    switch source.find(name, shape, initializer) {
    case .tensor(let tensor, let keys):
      used.formUnion(keys)
      store[name] = tensor
      return tensor
    case .missing(let keys, let complaints, let others):
      missing += keys
      used.formUnion(others)
      mismatched += complaints
    case .mismatched(let complaints, let keys):
      used.formUnion(keys)
      mismatched += complaints
    }
    failed.insert(name)
    return placeholder
  }

  /// The parameters that were asked for, once the model is complete.
  ///
  /// - Parameter allowing: patterns of keys that may be left over, in which `*` stands for any
  ///   letters, such as `*.position_ids` and `text_model.*`.
  /// - Throws: ``CheckpointError`` with every missing, unexpected and mis-shaped key.
  public func finish(allowing: [String] = []) throws(CheckpointError) -> ParameterStore {
    let unexpected = source.keys.filter { key in
      !used.contains(key) && !missing.contains(key)
        && !allowing.contains { key.fits($0) }
    }
    guard missing.isEmpty, unexpected.isEmpty, mismatched.isEmpty else {
      throw CheckpointError(
        file: source.file, missing: missing, unexpected: unexpected, mismatched: mismatched)
    }
    return store
  }
}
