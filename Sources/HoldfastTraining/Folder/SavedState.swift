import HoldfastLayers
import HoldfastTensor

/// A state of a training as it lies on disk.
struct SavedState {
  /// A part of `state.safetensors`: its tensors have this name and a slash before their own.
  enum Section: String, CaseIterable {
    /// The leaves.
    case leaves
    /// What the optimiser remembers, as `<leaf>.<entry>`.
    case optimizer
    /// The moving average of the leaves.
    case average
    /// The state that did best so far.
    case best
  }

  /// An examination, and the steps of the state that was examined.
  struct Examined: Codable, Hashable {
    let step: Int
    let examination: Examination
  }

  /// The steps that were made.
  let step: Int
  /// The last examination, or that of the best state; nil before the first.
  let examined: Examined?
  /// The tensors.
  let sections: [Section: ParameterStore]

  /// Refuses a state of other leaves, by their names.
  ///
  /// - Throws: `CheckpointError` about `file`.
  func check(fits leaves: ParameterStore, in file: String) throws(CheckpointError) {
    try check(sections[.leaves] ?? ParameterStore(), fits: leaves, file)
    for section in [Section.average, .best] {
      if let store = sections[section] { try check(store, fits: leaves, file) }
    }
  }

  private func check(
    _ store: ParameterStore, fits leaves: ParameterStore, _ file: String
  ) throws(CheckpointError) {
    let unexpected = store.names.filter { leaves[$0] == nil }
    var (missing, mismatched): ([String], [String]) = ([], [])
    for name in leaves.names {
      guard let own = leaves[name] else { continue }
      if let other = store[name] {
        guard other.shape != own.shape || other.dtype != own.dtype else { continue }
        mismatched.append(
          "\(name) is \(other.dtype) \(other.shape), not \(own.dtype) \(own.shape)")
      } else {
        missing.append(name)
      }
    }
    guard missing.isEmpty, unexpected.isEmpty, mismatched.isEmpty else {
      throw CheckpointError(
        file: file, missing: missing, unexpected: unexpected, mismatched: mismatched)
    }
  }
}
