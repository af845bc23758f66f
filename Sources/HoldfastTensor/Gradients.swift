import CTorch

/// Runs `body` with operations unrecorded: no graph is kept and no gradient can be asked for.
///
/// The mode belongs to the thread, so `body` is synchronous.
public func withoutGradients<Result, Failure: Error>(
  _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  try withGradients(enabled: false, body)
}

/// Runs `body` with operations recorded, or not, as `enabled` says.
public func withGradients<Result, Failure: Error>(
  enabled: Bool, _ body: () throws(Failure) -> Result
) throws(Failure) -> Result {
  let before = hf_gradients_enabled()
  hf_set_gradients_enabled(enabled)
  defer { hf_set_gradients_enabled(before) }
  return try body()
}

extension Tensor {
  /// The same elements as a leaf whose gradient can be asked for.
  public func leaf() throws(TorchError) -> Tensor {
    let leaf = try detached()
    try check("requires gradient", [leaf]) { hf_set_requires_grad(leaf.handle, true) }
    return leaf
  }
}

/// The gradient of the scalar `y` with respect to `x`; the graph of `y` is spent.
public func gradient(of y: Tensor, withRespectTo x: Tensor) throws(TorchError) -> Tensor {
  try gradients(of: y, withRespectTo: [x])[0]
}

/// The gradients of the scalar `y` with respect to each of `inputs`.
///
/// - Parameters:
///   - keepGraph: leaves the graph of `y` for further gradients.
///   - differentiable: records the gradients themselves, for second derivatives.
///   - allowUnused: gives zeros for inputs that `y` does not depend on, which otherwise are an error.
public func gradients(
  of y: Tensor, withRespectTo inputs: [Tensor], keepGraph: Bool = false,
  differentiable: Bool = false, allowUnused: Bool = false
) throws(TorchError) -> [Tensor] {
  let handles = inputs.map { Optional($0.handle) }
  var results = [hf_tensor?](repeating: nil, count: inputs.count)
  try check("gradient", [y]) {
    hf_gradients(
      y.handle, handles, Int32(handles.count), keepGraph, differentiable, allowUnused, &results)
  }
  return results.compactMap { $0.map(Tensor.init(owning:)) }
}
