public import HoldfastTensor

/// W x + b + (α / r) B A x: a linear layer that stays, and a low-rank update that can be trained.
///
/// A fused projection has one adapter for each of its parts, as if the parts were layers of their
/// own. A fresh B is zero, so a fresh adapter changes nothing (Hu et al., 2022, section 4.1).
public struct LoRALinear: AffineMap {
  /// The layer without its update.
  public let base: Linear
  /// `(parts · r, inputs)`.
  public let a: Tensor
  /// `(outputs, r)`.
  public let b: Tensor
  /// The size and the strength of the update.
  public let lora: LoRA

  /// The layer at `scope`: `weight`, `bias` if it has one, `lora_a` and `lora_b`.
  ///
  /// - Parameter parts: how many layers are fused in this one; must divide `outputs`.
  public init(
    _ scope: ParameterScope, _ inputs: Int, _ outputs: Int, lora: LoRA, parts: Int = 1,
    bias: Bool = true
  ) {
    base = Linear(scope, inputs, outputs, bias: bias)
    a = scope.parameter("lora_a", [parts * lora.rank, inputs], LoRA.start(inputs: inputs))
    b = scope.parameter("lora_b", [outputs, lora.rank])
    self.lora = lora
  }

  /// A layer of the given parts.
  public init(base: Linear, a: Tensor, b: Tensor, lora: LoRA) {
    self.base = base
    self.a = a
    self.b = b
    self.lora = lora
  }

  /// `(…, inputs)` gives `(…, outputs)`.
  ///
  /// - Parameter stream: what the result is added to.
  public func callAsFunction(
    _ x: Tensor, adding stream: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    let updates = try lora.blocks(a, b).map { (block) throws(TorchError) in
      try x.linear(block.a).linear(block.b)  // (…, inputs) → (…, r) → (…, outputs / parts)
    }
    let update = updates.count == 1 ? updates[0] : try .concatenating(updates, -1)
    return try base(x, adding: stream) + update * lora.scale  // (…, outputs)
  }

  /// The plain layer with the weight W + (α / r) B A.
  public func merged() throws(TorchError) -> Linear {
    Linear(weight: try base.weight + lora.update(a, b), bias: base.bias)
  }

  /// The layer that gives only the outputs `rows`, which must be whole parts.
  func rows(_ rows: Range<Int>) throws(TorchError) -> LoRALinear {
    let height = try lora.blocks(a, b)[0].b.shape[0]
    guard rows.lowerBound % height == 0, rows.upperBound % height == 0 else {
      throw TorchError(
        code: .shape, operation: "LoRA",
        message: "outputs \(rows) are not whole parts of \(height)")
    }
    let parts = rows.lowerBound / height..<rows.upperBound / height
    return LoRALinear(
      base: try base.rows(rows),
      a: try a.slice(0, parts.lowerBound * lora.rank..<parts.upperBound * lora.rank),
      b: try b.slice(0, rows), lora: lora)
  }
}
