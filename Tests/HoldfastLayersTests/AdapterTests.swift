import HoldfastErrors
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Adapters as a function of a store") struct AdapterTests {
  private let lora = LoRA(rank: 2, alpha: 6)

  private func noise(_ shape: [Int], _ stream: String) throws -> Tensor {
    var generator = Generator(seed: 9, stream: stream)
    return try generator.normal(shape)
  }

  /// The parameters of a tower by their names: patches over time, two blocks and a projection.
  private func tower() throws -> ParameterStore {
    var store = ParameterStore()
    var shapes: [(String, [Int])] = [
      ("patch_embedding.weight", [6, 3, 2, 4, 4]), ("class_embedding", [6]),
      ("positional_embedding", [5, 6]), ("pre_norm.weight", [6]),
    ]
    for block in 0..<2 {
      let place = "blocks.\(block)"
      shapes += [
        ("\(place).norm1.weight", [6]), ("\(place).attention.qkv.weight", [18, 6]),
        ("\(place).attention.qkv.bias", [18]), ("\(place).attention.out.weight", [6, 6]),
        ("\(place).temporal_attention.qkv.weight", [18, 6]),
        ("\(place).mlp.up.weight", [24, 6]), ("\(place).mlp.down.weight", [6, 24]),
      ]
    }
    shapes += [("projection.weight", [4, 6]), ("log_scale", []), ("norm.running_mean", [6])]
    for (name, shape) in shapes { store[name] = try noise(shape, name) }
    return store
  }

  private func adapters(
    _ targets: [String], to store: ParameterStore? = nil, seed: UInt64 = 1
  ) throws -> Adapters {
    try Adapters(
      to: store ?? tower(), lora, on: targets, generator: Generator(seed: seed, stream: 0))
  }

  /// Leaves that change something.
  private func moved(_ adapters: Adapters) throws -> ParameterStore {
    var leaves = adapters.leaves
    for name in leaves.names where name.hasSuffix("lora_b") {
      leaves[name] = try noise(#require(leaves[name]).shape, name).leaf()
    }
    return leaves
  }

  @Test("targets by name and by pattern")
  func targets() throws {
    let store = try tower()
    func names(_ targets: String...) throws -> [String] { try adapters(targets).matrices }
    let blocks = ["blocks.0", "blocks.1"]
    #expect(
      try names("attention")
        == blocks.flatMap {
          [
            "\($0).attention.qkv.weight", "\($0).attention.out.weight",
            "\($0).temporal_attention.qkv.weight",
          ]
        })
    #expect(
      try names("mlp") == blocks.flatMap { ["\($0).mlp.up.weight", "\($0).mlp.down.weight"] })
    #expect(try names("patch") == ["patch_embedding.weight"])
    #expect(try names("all") == store.matrixNames && store.matrixNames.count == 12)
    #expect(try names("projection", "patch") == ["patch_embedding.weight", "projection.weight"])
    #expect(try names("blocks.1.*.up") == ["blocks.1.mlp.up.weight"])
    #expect(try names("*.temporal*.weight") == blocks.map { "\($0).temporal_attention.qkv.weight" })
    #expect(try names("*").count == 12)
  }

  @Test(
    "`*` stands for any letters",
    arguments: [
      ("a.b", "a.b", true), ("a.b", "a.*", true), ("a.b", "*", true), ("a.b", "*b", true),
      ("a.b.c", "a*b*c", true), ("a.b", "a.b*", true), ("aba", "ab*ba", false),
      ("a.b", "a", false), ("a.b", "*a", false), ("a.b", "b*", false), ("a.b.c", "a*d*c", false),
      ("a.b", "", false),
    ])
  func wildcards(_ text: String, _ pattern: String, _ fits: Bool) throws {
    var store = ParameterStore()
    store["\(text).weight"] = try .zeros([1, 1])
    #expect(((try? store.matrixNames(for: pattern)) != nil) == fits)
  }

  @Test("a target that names nothing is an error with the names there are")
  func nothing() throws {
    for target in ["atention", "blocks.9.*", "class_embedding", "pre_norm"] {
      let error = try #require(throws: SelectionError.self) { try adapters(["mlp", target]) }
      #expect(error.what.contains("`\(target)`"))
      for name in ["attention", "blocks.*.attention.qkv", "patch_embedding", "projection"] {
        #expect(error.hint?.contains(name) == true)
      }
    }
    var flat = ParameterStore()
    flat["x.weight"] = try .zeros([2, 2])
    #expect(throws: SelectionError.self) { try adapters(["patch"], to: flat) }
    #expect(throws: SelectionError.self) { try adapters([]) }
  }

  @Test("adapters of the tower's own, and ranks below 1, are refused")
  func refused() throws {
    var store = try tower()
    #expect(throws: SelectionError.self) {
      try Adapters(
        to: store, LoRA(rank: 0, alpha: 1), on: ["all"], generator: Generator(seed: 1, stream: 0))
    }
    store["blocks.0.attention.out.lora_a"] = try noise([2, 6], "a")
    store["blocks.0.attention.out.lora_b"] = try noise([6, 2], "b")
    let error = try #require(throws: SelectionError.self) { try self.adapters(["all"], to: store) }
    #expect(error.what.contains("blocks.0.attention.out.lora_a"))
    let merged = try store.merging(lora)
    let name = "blocks.0.attention.out.weight"
    let update = try lora.update(noise([2, 6], "a"), noise([6, 2], "b"))
    let adapters = try self.adapters(["all"], to: merged)
    try expectClose(
      #require(adapters.merged(adapters.leaves)[name]), #require(store[name]) + update, atol: 1e-6)
  }

  @Test("A is uniform as peft draws it, by name; B is zero, so nothing changes yet")
  func fresh() throws {
    let (store, adapters) = (try tower(), try self.adapters(["all"]))
    let leaves = adapters.leaves
    #expect(
      leaves.names
        == adapters.matrices.flatMap { name in
          ["lora_a", "lora_b"].map { name.dropLast("weight".count) + $0 }
        })
    #expect(leaves.names.allSatisfy { leaves[$0]?.requiresGradient == true })
    #expect(leaves["blocks.0.attention.qkv.lora_a"]?.shape == [6, 6])
    #expect(leaves["blocks.0.attention.qkv.lora_b"]?.shape == [18, 2])
    #expect(leaves["patch_embedding.lora_a"]?.shape == [2, 96])
    let a = try #require(leaves["patch_embedding.lora_a"]).detached()
    let (bound, largest) = (1 / 96.0.squareRoot(), try a.absolute().max().item())
    #expect(largest <= bound && largest > 0.9 * bound)
    #expect(try abs(a.mean().item()) < 0.2 * bound)
    let merged = try adapters.merged(leaves)
    #expect(merged.names == store.names)
    #expect(try store.names.allSatisfy { try merged[$0]?.bytes() == store[$0]?.bytes() })
    let other = try self.adapters(["blocks.1.mlp.up"]).leaves
    let name = "blocks.1.mlp.up.lora_a"
    #expect(try other[name]?.bytes() == leaves[name]?.bytes())
    #expect(try self.adapters(["all"], seed: 2).leaves[name]?.bytes() != leaves[name]?.bytes())
    #expect(try leaves["blocks.0.mlp.up.lora_a"]?.bytes() != leaves[name]?.bytes())
  }

  @Test("merged equals what is computed apart: a layer, a fused one, and patches as peft has them")
  func apart() throws {
    let (store, adapters) = (try tower(), try self.adapters(["all"]))
    let leaves = try moved(adapters)
    let merged = try adapters.merged(leaves)
    let x = try noise([3, 5, 6], "x")
    for (place, parts) in [("blocks.1.mlp.up", 1), ("blocks.0.attention.qkv", 3)] {
      let layer = LoRALinear(
        base: Linear(weight: try #require(store["\(place).weight"]), bias: nil),
        a: try #require(leaves["\(place).lora_a"]), b: try #require(leaves["\(place).lora_b"]),
        lora: lora)
      #expect(layer.a.shape[0] == parts * lora.rank)
      try expectClose(
        x.linear(#require(merged["\(place).weight"])), layer(x).detached(), atol: 1e-5)
    }
    let clip = try noise([2, 3, 4, 8, 8], "clip")
    let weight = try #require(store["patch_embedding.weight"])
    let a = try #require(leaves["patch_embedding.lora_a"]).reshaped([2, 3, 2, 4, 4])
    let b = try #require(leaves["patch_embedding.lora_b"]).reshaped([6, 2, 1, 1, 1])
    let update = try clip.convolved(a, stride: [2, 4, 4]).convolved(b, stride: [1, 1, 1])
    let expected = try clip.convolved(weight, stride: [2, 4, 4]) + update * lora.scale
    let found = try clip.convolved(#require(merged["patch_embedding.weight"]), stride: [2, 4, 4])
    try expectClose(found, expected.detached(), atol: 1e-5, rtol: 1e-5)
  }

  @Test("gradients reach every A and B, and are those of differences")
  func gradients() throws {
    let store = try tower().cast(to: .float64)
    let adapters = try self.adapters(["all"], to: store)
    let leaves = try moved(adapters).cast(to: .float64)
    func loss(_ leaves: ParameterStore) throws -> Tensor {
      let store = try adapters.store(leaves)
      let values = try adapters.matrices.map { try #require(store[$0]).sin().sum() }
      return try Tensor.stacking(values).sum()
    }
    let inputs = leaves.names.compactMap { leaves[$0] }
    let slopes = try HoldfastTensor.gradients(of: loss(leaves), withRespectTo: inputs)
    for (name, slope) in zip(leaves.names, slopes) {
      #expect(try slope.absolute().max().item() > 0, "\(name)")
    }
    for name in ["blocks.0.mlp.up.lora_a", "blocks.0.attention.qkv.lora_b"] {
      try checkLayerGradients(at: #require(leaves[name]).detached()) { value in
        var other = try leaves.unrecorded()
        other[name] = value
        return try loss(other)
      }
    }
    let merged = try adapters.merged(leaves)
    #expect(merged.names.allSatisfy { merged[$0]?.requiresGradient == false })
    let untouched = try #require(store["class_embedding"])
    #expect(merged["class_embedding"] === untouched)
  }

  @Test("leaves that are missing are named")
  func missing() throws {
    let adapters = try self.adapters(["mlp"])
    var leaves = adapters.leaves
    leaves["blocks.0.mlp.down.lora_b"] = nil
    let error = try #require(throws: CheckpointError.self) { try adapters.store(leaves) }
    #expect(error.missing == ["blocks.0.mlp.down.lora_b"])
  }
}
