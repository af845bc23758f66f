/// The trained parameters of a tower, and all of its parameters as a function of them.
public struct FreedParameters {
  /// What is trained, as leaves whose gradients can be asked for.
  public let leaves: ParameterStore

  private let whole: (ParameterStore) throws -> ParameterStore

  /// Leaves, and the function from them, or others of the same names, to every parameter.
  init(
    leaves: ParameterStore, store: @escaping (ParameterStore) throws -> ParameterStore
  ) {
    self.leaves = leaves
    self.whole = store
  }

  /// Every parameter of the tower, for these values of ``leaves``; recorded if they are.
  public func store(_ leaves: ParameterStore) throws -> ParameterStore { try whole(leaves) }

  /// The same without the record of operations, for inner attacks and for inference.
  ///
  /// Made once a step, the copies in oneDNN's order are too: parameters that are not trained keep theirs
  /// from step to step.
  public func unrecorded(_ leaves: ParameterStore) throws -> ParameterStore {
    try whole(leaves.unrecorded())
  }
}
