public import HoldfastTensor

/// Multi-head attention with one fused projection to queries, keys and values.
///
/// Source: Vaswani et al., 2017, section 3.2.2.
public struct MultiHeadAttention {
  private let qkv, out: any AffineMap
  private let extra: (key: Tensor, value: Tensor)?  // (1, 1, D) each
  private let width: Int
  private let heads: Int

  /// The layers at `scope`: `qkv`, whose rows are queries, keys, values, `out`, and with an extra
  /// key its `bias_k` and `bias_v`.
  ///
  /// - Parameters:
  ///   - heads: must divide `width`.
  ///   - lora: the adapters of queries, keys, values and output, if there are any.
  ///   - hasExtraKey: whether one key and one value that depend on no token stand behind those of
  ///     the tokens, as torch's `add_bias_kv` has them. Such an attention is neither causal nor
  ///     masked.
  ///   - hasProjectionBias: whether queries, keys and values have a bias; with adapters they do.
  public init(
    _ scope: ParameterScope, width: Int, heads: Int, lora: LoRA? = nil, hasExtraKey: Bool = false,
    hasProjectionBias: Bool = true
  ) {
    if let lora {
      qkv = LoRALinear(scope["qkv"], width, 3 * width, lora: lora, parts: 3)
      out = LoRALinear(scope["out"], width, width, lora: lora)
    } else {
      qkv = Linear(scope["qkv"], width, 3 * width, bias: hasProjectionBias)
      out = Linear(scope["out"], width, width)
    }
    extra =
      hasExtraKey
      ? (
        key: scope.parameter("bias_k", [1, 1, width], .normal(1 / Double(width).squareRoot())),
        value: scope.parameter("bias_v", [1, 1, width], .normal(1 / Double(width).squareRoot()))
      ) : nil
    self.width = width
    self.heads = heads
  }

  /// What stands between the heads and the output projection: it is handed the computation of
  /// `(B, N, heads, D / heads)`, and gives that or another value of the same shape.
  public typealias HeadFunction = (_ compute: () throws(TorchError) -> Tensor) throws(TorchError) ->
    Tensor

  /// Every token attends to all; with `causal` to itself and those before it; with a mask to those
  /// for which it is true.
  ///
  /// - Parameters:
  ///   - mask: bool, broadcast to `(B, heads, N, N)`; not with `causal`.
  ///   - stream: what the result is added to.
  ///   - function: what stands between the heads and the output projection, if anything does.
  public func callAsFunction(
    _ x: Tensor, causal: Bool = false, mask: Tensor? = nil, adding stream: Tensor? = nil,
    heads function: HeadFunction? = nil
  ) throws(TorchError) -> Tensor {
    func perHead() throws(TorchError) -> Tensor {
      let parts = try qkv(x).split(-1, into: [width, width, width])  // 3 × (B, N, D)
      return try attend(parts[0], parts[1], parts[2], mask: mask, causal: causal)  // (B, N, H, d)
    }
    guard let function else { return try projected(perHead(), adding: stream) }
    return try projected(function(perHead).to(x.dtype), adding: stream)  // (B, N, D)
  }

  /// Only `queries` `(B, M, D)` attend: to all of `x` `(B, N, D)`, or to the tokens for which
  /// `mask` is true.
  ///
  /// - Parameters:
  ///   - mask: bool, broadcast to `(B, heads, M, N)`.
  ///   - stream: what the result is added to.
  public func callAsFunction(
    _ queries: Tensor, to x: Tensor, mask: Tensor? = nil, adding stream: Tensor? = nil
  ) throws(TorchError) -> Tensor {
    let q = try qkv.rows(0..<width)(queries)  // (B, M, D)
    let kv = try qkv.rows(width..<3 * width)(x).split(-1, into: [width, width])  // 2 × (B, N, D)
    return try projected(attend(q, kv[0], kv[1], mask: mask), adding: stream)  // (B, M, D)
  }

  /// What the heads give: queries `(B, M, D)` to `(B, M, H, d)`.
  private func attend(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false
  ) throws(TorchError) -> Tensor {
    let (k, v) = try extended(k, v, isMasked: causal || mask != nil)  // 2 × (B, N or N + 1, D)
    return try Tensor.attention(
      split(q), split(k), split(v), mask: mask, causal: causal  // (B, H, M, d)
    ).transposed(1, 2)
  }

  /// The output projection of what the heads give: `(B, M, H, d)` to `(B, M, D)`.
  private func projected(
    _ heads: Tensor, adding stream: Tensor?
  ) throws(TorchError) -> Tensor {
    let shape = heads.shape
    return try out(heads.reshaped([shape[0], shape[1], width]), adding: stream)
  }

  /// Keys and values with the extra ones behind them, if there are any.
  private func extended(
    _ k: Tensor, _ v: Tensor, isMasked: Bool
  ) throws(TorchError) -> (k: Tensor, v: Tensor) {
    guard let extra else { return (k, v) }
    guard !isMasked else {
      throw TorchError(
        code: .shape, operation: "attention",
        message: "an attention with an extra key takes no mask")
    }
    let shape = [k.shape[0], 1, width]
    return (
      try .concatenating([k, extra.key.expanded(shape)], 1),
      try .concatenating([v, extra.value.expanded(shape)], 1)
    )
  }

  /// `(B, N, D)` to `(B, H, N, d)`.
  private func split(_ x: Tensor) throws(TorchError) -> Tensor {
    let shape = x.shape
    return try x.reshaped([shape[0], shape[1], heads, width / heads]).transposed(1, 2)
  }
}
