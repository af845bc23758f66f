public import HoldfastTensor

/// Multi-head attention with one fused projection to queries, keys and values.
///
/// Source: Vaswani et al., 2017, section 3.2.2.
public struct MultiHeadAttention {
  private let qkv, out: any AffineMap
  private let width: Int
  private let heads: Int

  /// The layers at `scope`: `qkv`, whose rows are queries, keys, values, and `out`.
  ///
  /// - Parameters:
  ///   - heads: must divide `width`.
  ///   - lora: the adapters of queries, keys, values and output, if there are any.
  public init(_ scope: ParameterScope, width: Int, heads: Int, lora: LoRA? = nil) {
    if let lora {
      qkv = LoRALinear(scope["qkv"], width, 3 * width, lora: lora, parts: 3)
      out = LoRALinear(scope["out"], width, width, lora: lora)
    } else {
      qkv = Linear(scope["qkv"], width, 3 * width)
      out = Linear(scope["out"], width, width)
    }
    self.width = width
    self.heads = heads
  }

  /// Every token attends to all, or with `causal` to itself and those before it.
  public func callAsFunction(_ x: Tensor, causal: Bool = false) throws(TorchError) -> Tensor {
    let parts = try qkv(x).split(-1, into: [width, width, width])  // 3 × (B, N, D)
    return try attend(parts[0], parts[1], parts[2], causal: causal)  // (B, N, D)
  }

  /// Only `queries` `(B, M, D)` attend, to all of `x` `(B, N, D)` or where `mask` holds.
  ///
  /// - Parameter mask: bool, broadcast to `(B, heads, M, N)`.
  public func callAsFunction(
    _ queries: Tensor, to x: Tensor, mask: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    let q = try qkv.rows(0..<width)(queries)  // (B, M, D)
    let kv = try qkv.rows(width..<3 * width)(x).split(-1, into: [width, width])  // 2 × (B, N, D)
    return try attend(q, kv[0], kv[1], mask: mask)  // (B, M, D)
  }

  private func attend(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false
  ) throws(TorchError) -> Tensor {
    let mixed = try Tensor.attention(
      perHead(q), perHead(k), perHead(v), mask: mask, causal: causal)  // (B, H, M, d)
    return try out(mixed.transposed(1, 2).reshaped(q.shape))  // (B, M, D)
  }

  private func perHead(_ x: Tensor) throws(TorchError) -> Tensor {
    let shape = x.shape
    return try x.reshaped([shape[0], shape[1], heads, width / heads]).transposed(1, 2)
  }
}
