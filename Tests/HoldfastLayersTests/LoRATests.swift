import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Low-rank adapters") struct LoRATests {
  private let lora = LoRA(rank: 2, alpha: 6)

  private func noise(_ shape: [Int], _ stream: UInt64) throws -> Tensor {
    var generator = Generator(seed: 9, stream: stream)
    return try generator.normal(shape).to(.float64)
  }

  /// A store with an attention of width 4 at `x`, whose adapters are not zero.
  private func adapted() throws -> ParameterStore {
    let loader = try ParameterLoader(InitialSource(Generator(seed: 3, stream: 0), dtype: .float64))
    _ = MultiHeadAttention(loader.root["x"], width: 4, heads: 2, lora: lora)
    var store = try loader.finish()
    for (i, name) in store.names.enumerated() where name.hasSuffix("lora_b") {
      store[name] = try noise(store[name]?.shape ?? [], UInt64(i))
    }
    return store
  }

  @Test("W x + b + (α / r) B A x, by hand")
  func formula() throws {
    let layer = LoRALinear(
      base: Linear(
        weight: try Tensor([1, 0, 0, 1] as [Float], [2, 2]),
        bias: try Tensor([10, 20] as [Float], [2])),
      a: try Tensor([1, 2] as [Float], [1, 2]), b: try Tensor([3, 4] as [Float], [2, 1]),
      lora: LoRA(rank: 1, alpha: 2))
    // x = (1, 1): A x = 3, B A x = (9, 12), twice that is (18, 24).
    let x = try Tensor([1, 1] as [Float], [1, 2])
    #expect(try layer(x).array(of: Float.self) == [29, 45])
    #expect(try layer.merged()(x).array(of: Float.self) == [29, 45])
  }

  @Test("fused parts are layers of their own")
  func parts() throws {
    let (a, b) = (try noise([6, 4], 1), try noise([15, 2], 2))
    let (weight, x) = (try noise([15, 4], 3), try noise([2, 3, 4], 4))
    let fused = LoRALinear(base: Linear(weight: weight, bias: nil), a: a, b: b, lora: lora)
    for part in 0..<3 {
      let rows = part * 5..<(part + 1) * 5
      let single = LoRALinear(
        base: Linear(weight: try weight.slice(0, rows), bias: nil),
        a: try a.slice(0, part * 2..<(part + 1) * 2), b: try b.slice(0, rows), lora: lora)
      try expectClose(fused(x).slice(-1, rows), single(x), atol: 1e-12)
      let plain = try x.linear(single.base.weight) + x.linear(single.a).linear(single.b) * 3
      try expectClose(single(x), plain, atol: 1e-12)
    }
    try expectClose(fused.merged()(x), fused(x), atol: 1e-12)
  }

  @Test("have the gradients that differences show")
  func gradients() throws {
    let (a, b) = (try noise([2, 4], 1), try noise([3, 2], 2))
    let (base, x) = (Linear(weight: try noise([3, 4], 3), bias: nil), try noise([2, 4], 4))
    try checkLayerGradients(at: x) { try LoRALinear(base: base, a: a, b: b, lora: lora)($0) }
    try checkLayerGradients(at: a) { try LoRALinear(base: base, a: $0, b: b, lora: lora)(x) }
    try checkLayerGradients(at: b) { try LoRALinear(base: base, a: a, b: $0, lora: lora)(x) }
  }

  @Test("an attention with adapters equals the merged one, also for some tokens")
  func attention() throws {
    let store = try adapted()
    let kept = MultiHeadAttention(
      try ParameterLoader(StoreSource(store)).root["x"], width: 4, heads: 2, lora: lora)
    let merged = try store.merging(lora)
    #expect(merged.names == ["x.qkv.weight", "x.qkv.bias", "x.out.weight", "x.out.bias"])
    #expect(merged["x.qkv.bias"] != nil)
    let loader = try ParameterLoader(StoreSource(merged))
    let plain = MultiHeadAttention(loader.root["x"], width: 4, heads: 2)
    _ = try loader.finish()
    let x = try noise([3, 5, 4], 7)
    let first = try x.slice(1, 0..<1)
    try expectClose(kept(x), plain(x), atol: 1e-12)
    try expectClose(kept(first, to: x), plain(first, to: x), atol: 1e-12)
    try expectClose(kept(first, to: x), kept(x).slice(1, 0..<1), atol: 1e-12)
  }

  @Test("a fresh adapter changes nothing")
  func fresh() throws {
    let loader = try ParameterLoader(InitialSource(Generator(seed: 5, stream: 0)))
    let layer = LoRALinear(loader.root, 6, 4, lora: lora)
    var generator = Generator(seed: 6, stream: 0)
    let x = try generator.normal([2, 6])
    try expectClose(layer(x), layer.base(x), atol: 0)
    #expect(try layer.a.absolute().max().item() > 0)
    #expect(try loader.finish().names == ["weight", "bias", "lora_a", "lora_b"])
  }

  @Test("shapes that do not fit are an error")
  func shapes() throws {
    for (a, b) in [([3, 4], [6, 2]), ([2, 4], [6, 3]), ([4, 4], [7, 2]), ([4], [6, 2])] {
      #expect(throws: TorchError.self, "\(a) \(b)") {
        try lora.update(.zeros(a), .zeros(b))
      }
    }
    var store = try adapted()
    store["x.out.lora_a"] = try .zeros([2, 5])
    #expect(throws: TorchError.self) { try store.merging(lora) }
  }

  @Test("a key map may have a branch of its own names")
  func branches() {
    let map = KeyMap(renames: [(".up.", ".fc1.")], parts: (".qkv.", [".q.", ".k."]))
    let other = map.branching(
      at: "vision.", to: map.preceded(by: [(".qkv.weight", ".qkv.base.weight")]))
    #expect(other.stored("text.qkv.weight") == .rows(["text.q.weight", "text.k.weight"]))
    #expect(
      other.stored("vision.qkv.weight") == .rows(["vision.q.base.weight", "vision.k.base.weight"]))
    #expect(other.stored("vision.up.bias") == .tensor("vision.fc1.bias"))
  }
}
