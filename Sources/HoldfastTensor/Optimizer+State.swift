import CTorch

extension Optimizer {
  /// What is kept between steps, as copies on the CPU: with it, a fresh optimiser over the same
  /// parameters goes on to the bit.
  ///
  /// A name is the index of a parameter and an entry, as PyTorch calls it: `3.step` (float64, a scalar),
  /// `3.exp_avg` and `3.exp_avg_sq` of AdamW, `3.momentum_buffer` of SGD with momentum. There are none
  /// before the first step.
  public func state() throws(TorchError) -> [String: Tensor] {
    var state: [String: Tensor] = [:]
    for index in parameters.indices {
      var kept = [hf_tensor?](repeating: nil, count: entries.count)
      try check("optimiser state", []) {
        hf_optimizer_state(handle, Int32(index), &kept, Int32(kept.count))
      }
      for (entry, value) in zip(entries, kept) {
        state["\(index).\(entry)"] = value.map(Tensor.init(owning:))
      }
    }
    return state
  }

  /// Takes over what ``state()`` gave, of an optimiser of the same kind over the same parameters.
  ///
  /// - Throws: `TorchError` for an entry that is missing, left over or of another shape; then nothing
  ///   is taken over.
  public func restore(_ state: [String: Tensor]) throws(TorchError) {
    var found: [[Tensor]] = []
    for index in parameters.indices { found.append(try kept(of: index, in: state)) }
    let count = found.reduce(0) { $0 + $1.count }
    guard count == state.count else {
      let known = Set(parameters.indices.flatMap { index in entries.map { "\(index).\($0)" } })
      let others = state.keys.filter { !known.contains($0) }.sorted()
      throw misfit("it has entries that are not of this optimiser: \(others.prefix(3))")
    }
    for (index, values) in found.enumerated() {
      let handles = values.map { Optional($0.handle) }
      try check("optimiser state", values) {
        hf_optimizer_restore(handle, Int32(index), handles, Int32(handles.count))
      }
    }
  }

  /// The entries of one parameter, all of them or none.
  private func kept(
    of index: Int, in state: [String: Tensor]
  ) throws(TorchError) -> [Tensor] {
    let names = entries.map { "\(index).\($0)" }
    let values = names.compactMap { state[$0] }
    guard values.isEmpty || values.count == names.count else {
      throw misfit("it lacks some of \(names)")
    }
    for (name, value) in zip(names, values) {
      let shape = name.hasSuffix(".step") ? [] : parameters[index].shape
      guard value.shape == shape else {
        throw misfit("`\(name)` has the shape \(value.shape), not \(shape)")
      }
    }
    return values
  }

  private func misfit(_ message: String) -> TorchError {
    TorchError(
      code: .shape, operation: "optimiser state",
      message: "the state was saved by another optimiser: \(message)")
  }
}
