import HoldfastErrors
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Which part of a tower is trained") struct TrainedPartTests {
  private let names = [
    "vision.patch_embedding.weight", "vision.class_embedding", "vision.stem.running_mean",
    "vision.blocks.0.mlp.up.weight", "vision.blocks.0.mlp.up.bias", "vision.blocks.0.running_var",
    "vision.blocks.1.mlp.up.weight", "vision.blocks.10.mlp.up.weight", "vision.projection.weight",
    "vision.log_scale", "logit_scale",
  ]

  private func store(_ names: [String]? = nil) throws -> ParameterStore {
    var store = ParameterStore()
    for name in names ?? self.names {
      var generator = Generator(seed: 7, stream: name)
      store[name] = try generator.normal(name.hasSuffix(".weight") ? [4, 3] : [4])
    }
    return store
  }

  private func freed(_ part: TrainedPart) throws -> FreedParameters {
    try part.freed(of: store(), generator: Generator(seed: 1, stream: 0))
  }

  @Test("statistics and scales are never trained; shallow ends before the second block")
  func parts() throws {
    #expect(
      try store().trainableNames
        == names.filter { !$0.hasSuffix("_scale") && !$0.contains("running") })
    #expect(try store().stemNames == Array(names.prefix(3)))
    #expect(try store().shallowNames == [names[0], names[1], names[3], names[4]])
    #expect(try freed(.full).leaves.names == store().trainableNames)
    #expect(try freed(.shallow).leaves.names == store().shallowNames)
    let adapters = try freed(.lora(size: LoRA(rank: 1, alpha: 2), targets: ["mlp"]))
    #expect(adapters.leaves.count == 6)
    let flat = try store(["x.weight"])
    #expect(flat.stemNames.isEmpty)
    #expect(throws: SelectionError.self) {
      try TrainedPart.shallow.freed(of: flat, generator: Generator(seed: 1, stream: 0))
    }
  }

  @Test(
    "the tower is a function of the leaves, recorded and not",
    arguments: [
      TrainedPart.full, .shallow, .lora(size: LoRA(rank: 1, alpha: 2), targets: ["mlp", "patch"]),
    ])
  func function(_ part: TrainedPart) throws {
    let (base, freed) = (try store(), try self.freed(part))
    let (whole, face) = (try freed.store(freed.leaves), try freed.unrecorded(freed.leaves))
    for store in [whole, face] {
      #expect(store.names == base.names)
      #expect(try base.names.allSatisfy { try store[$0]?.bytes() == base[$0]?.bytes() })
    }
    #expect(face.names.allSatisfy { face[$0]?.requiresGradient == false })
    let leaves = freed.leaves.names.compactMap { freed.leaves[$0] }
    let sum = try Tensor.stacking(whole.names.map { try #require(whole[$0]).sum() }).sum()
    let slopes = try gradients(of: sum, withRespectTo: leaves)
    try Optimizer.sgd(leaves).step(slopes, learningRate: 0.5)
    let moved = try freed.unrecorded(freed.leaves)
    let recorded = try freed.store(freed.leaves)
    var changed: Set<String> = []
    for name in base.names {
      if try moved[name]?.bytes() != base[name]?.bytes() { changed.insert(name) }
      #expect(try moved[name]?.bytes() == recorded[name]?.bytes())
    }
    let expected =
      switch part {
      case .full: base.trainableNames
      case .shallow: base.shallowNames
      case .lora: base.matrixNames.filter { !$0.contains("projection") }
      }
    #expect(changed == Set(expected))
  }

  @Test("as users write it")
  func description() {
    #expect(TrainedPart.full.description == "full")
    #expect(TrainedPart.shallow.description == "shallow")
    #expect(
      TrainedPart.lora(size: .standard, targets: ["attention", "patch"]).description
        == "lora:rank=16,alpha=16,targets=attention+patch")
    #expect(
      TrainedPart.lora(size: LoRA(rank: 2, alpha: 0.5), targets: ["*.up"]).description
        == "lora:rank=2,alpha=0.5,targets=*.up")
  }
}
