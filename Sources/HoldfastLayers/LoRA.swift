public import HoldfastTensor

/// The size and the strength of low-rank adapters (Hu et al., 2022).
public struct LoRA: Codable, Hashable, Sendable {
  /// The rank r of each update.
  public var rank: Int
  /// The numerator α of the factor on each update.
  public var alpha: Double

  /// Adapters of the given rank and α.
  public init(rank: Int, alpha: Double) {
    self.rank = rank
    self.alpha = alpha
  }

  /// The size that hardening begins with: r = 16, α = 16.
  public static let standard = LoRA(rank: 16, alpha: 16)

  /// α / r, the factor on each update.
  public var scale: Double { alpha / Double(rank) }

  /// The values from which A starts, as in peft: Kaiming-uniform with a = √5 (He et al., 2015).
  ///
  /// B starts as zeros.
  static func start(inputs: Int) -> Initializer { .uniform(1 / Double(inputs).squareRoot()) }
}

extension LoRA {
  /// The update (α / r) B A of a matrix whose equal blocks of rows each have an adapter.
  ///
  /// - Parameters:
  ///   - a: `(blocks · r, inputs)`.
  ///   - b: `(outputs, r)`; the blocks divide the outputs.
  /// - Returns: `(outputs, inputs)`.
  public func update(_ a: Tensor, _ b: Tensor) throws(TorchError) -> Tensor {
    let updates = try blocks(a, b).map { (block) throws(TorchError) in
      try block.b.matmul(block.a)  // (outputs / blocks, inputs)
    }
    return try .concatenating(updates) * scale
  }

  /// The adapter of each block.
  func blocks(_ a: Tensor, _ b: Tensor) throws(TorchError) -> [(a: Tensor, b: Tensor)] {
    guard a.rank == 2, b.rank == 2, rank > 0, b.shape[1] == rank, a.shape[0] >= rank,
      a.shape[0] % rank == 0, b.shape[0] % (a.shape[0] / rank) == 0
    else {
      throw TorchError(
        code: .shape, operation: "LoRA",
        message: "A \(a.shape) and B \(b.shape) are not adapters of rank \(rank)")
    }
    let count = a.shape[0] / rank
    let rows = b.shape[0] / count
    return try (0..<count).map { (i) throws(TorchError) in
      (
        a: try a.slice(0, i * rank..<(i + 1) * rank),  // (r, inputs)
        b: try b.slice(0, i * rows..<(i + 1) * rows)  // (outputs / blocks, r)
      )
    }
  }
}

extension ParameterStore {
  /// This store with every adapter, `x.lora_a` and `x.lora_b`, merged into its matrix `x.weight`.
  ///
  /// What has no adapter is shared with this store.
  /// - Throws: `TorchError` with code `shape` for adapters of another rank than `lora` has, or
  ///   that do not fit their matrix.
  public func merging(_ lora: LoRA) throws(TorchError) -> ParameterStore {
    var merged = self
    for name in names where name.hasSuffix(".lora_a") {
      let place = name.dropLast("lora_a".count)
      guard let a = self[name], let b = self[place + "lora_b"], let weight = self[place + "weight"]
      else { continue }
      merged[place + "weight"] = try (weight + lora.update(a, b)).detached()
      merged[name] = nil
      merged[place + "lora_b"] = nil
    }
    return merged
  }
}
