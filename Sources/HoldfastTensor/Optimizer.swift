import CTorch

/// One of libtorch's optimisers over a fixed list of parameters.
public final class Optimizer {
  let handle: hf_optimizer
  let parameters: [Tensor]
  /// What is kept of each parameter between steps, in the shim's order.
  let entries: [String]

  private init(_ handle: hf_optimizer, _ parameters: [Tensor], keeping entries: [String]) {
    self.handle = handle
    self.parameters = parameters
    self.entries = entries
  }

  deinit { hf_optimizer_release(handle) }

  /// AdamW (Loshchilov and Hutter, 2019): Adam with decoupled weight decay.
  public static func adamW(
    _ parameters: [Tensor], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8,
    weightDecay: Double
  ) throws(TorchError) -> Optimizer {
    try make("AdamW", parameters, keeping: ["step", "exp_avg", "exp_avg_sq"]) {
      handles, count, out in
      hf_adamw(handles, count, 1e-3, betas.0, betas.1, epsilon, weightDecay, out)
    }
  }

  /// Stochastic gradient descent with momentum.
  public static func sgd(
    _ parameters: [Tensor], momentum: Double = 0, weightDecay: Double = 0
  ) throws(TorchError) -> Optimizer {
    try make("SGD", parameters, keeping: momentum == 0 ? [] : ["momentum_buffer"]) {
      handles, count, out in
      hf_sgd(handles, count, 1e-3, momentum, weightDecay, out)
    }
  }

  /// Moves the parameters, in place, by gradients given in the parameters' order.
  public func step(_ gradients: [Tensor], learningRate: Double) throws(TorchError) {
    let handles = gradients.map { Optional($0.handle) }
    try check("optimiser step", []) {
      hf_optimizer_step(handle, handles, Int32(handles.count), learningRate)
    }
  }

  private static func make(
    _ name: String, _ parameters: [Tensor], keeping entries: [String],
    _ call: ([hf_tensor?], Int32, UnsafeMutablePointer<hf_optimizer?>) -> hf_status
  ) throws(TorchError) -> Optimizer {
    let handles = parameters.map { Optional($0.handle) }
    var optimizer: hf_optimizer?
    try check(name, []) { call(handles, Int32(handles.count), &optimizer) }
    guard let optimizer else {
      throw TorchError(code: .backend, operation: name, message: "no optimiser was made")
    }
    return Optimizer(optimizer, parameters, keeping: entries)
  }
}
