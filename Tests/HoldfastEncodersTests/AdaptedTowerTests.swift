import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("Adapters on the towers of every family")
struct AdaptedTowerTests {
  private static let targets = [["attention"], ["mlp"], ["patch"], ["all"]]
  private let lora = LoRA(rank: 2, alpha: 4)

  private func adapters(_ store: ParameterStore, _ targets: [String]) throws -> Adapters {
    try Adapters(to: store, lora, on: targets, generator: Generator(seed: 1, stream: "adapters"))
  }

  /// Leaves that change something.
  private func moved(_ adapters: Adapters) throws -> ParameterStore {
    var leaves = adapters.leaves
    for name in leaves.names where name.hasSuffix("lora_b") {
      var generator = Generator(seed: 2, stream: name)
      let shape = try #require(leaves[name]).shape
      leaves[name] = try (generator.normal(shape) * 0.1).leaf()
    }
    return leaves
  }

  @Test("merged equals recorded, and gradients reach every A and B", arguments: Family.sited)
  func merged(family: Family) throws {
    for sense in try family.load().model.senses {
      let x = try sense.noise(rows: 2)
      let plain = try sense.encoder.embed(x)
      for targets in Self.targets {
        let what = "\(sense.modality) \(targets)"
        let adapters = try self.adapters(sense.parameters, targets)
        let fresh = try sense.rebuilt(adapters.merged(adapters.leaves)).embed(x)
        try expectClose(fresh, plain, atol: 0, what)

        let leaves = try moved(adapters)
        let recorded = try sense.rebuilt(adapters.store(leaves)).embed(x)
        let merged = try sense.rebuilt(adapters.merged(leaves)).embed(x)
        try expectClose(recorded.normalized(), merged.normalized(), atol: 1e-5, what)
        #expect(try (merged - plain).absolute().max().item() > 1e-4, "\(what) changed nothing")
        let slopes = try gradients(
          of: recorded.squared().sum(), withRespectTo: leaves.names.compactMap { leaves[$0] })
        for (name, slope) in zip(leaves.names, slopes) {
          #expect(try slope.absolute().max().item() > 0, "\(what) \(name)")
        }
      }
    }
  }

  @Test(
    "merged equals a tower that computes its adapters apart", arguments: LanguageBindPeer.adapted)
  func apart(peer: LanguageBindPeer) throws {
    let model = try peer.load()  // its own adapters are merged
    let vision = model.parameters.filtered { $0.hasPrefix("vision.") }
    // A tower of clips keeps adapters in its attention over time alone.
    let targets = peer.modality == .video ? "*.temporal_attention.*" : "attention"
    let adapters = try self.adapters(vision, [targets])
    let leaves = try moved(adapters)
    func embed(_ store: ParameterStore, _ lora: LoRA?) throws -> Tensor {
      var configuration = model.configuration
      configuration.lora = lora
      let loader = try ParameterLoader(StoreSource(store))
      let tower = LanguageBindVision(
        loader.root["vision"], configuration,
        normalization: try PixelNormalization(mean: [0.5, 0.5, 0.5], std: [0.3, 0.3, 0.3]))
      _ = try loader.finish()
      return try tower.embed(peer.golden()["inputs"]).normalized()
    }
    let merged = try embed(adapters.merged(leaves), nil)
    try expectClose(embed(vision.overlaid(by: leaves), lora).detached(), merged, atol: 1e-5)
    #expect(try (merged - embed(vision, nil)).absolute().max().item() > 1e-4)
  }

  @Test("what the page of HoldfastLayers shows")
  func page() throws {
    let sense = try Family.clip.load().model.senses[0]
    let (x, generator) = (try sense.noise(rows: 1), Generator(seed: 1, stream: "page"))
    let part = TrainedPart.lora(size: .standard, targets: ["attention", "patch"])
    let freed = try part.freed(of: sense.parameters, generator: generator)
    let recorded = try sense.rebuilt(freed.store(freed.leaves))  // gradients reach the leaves
    let face = try sense.rebuilt(freed.unrecorded(freed.leaves))  // for this step's attack
    #expect(try recorded.embed(x).requiresGradient && !face.embed(x).requiresGradient)
    try expectClose(face.embed(x), sense.encoder.embed(x), atol: 0)
  }

  @Test("the tower's own adapters must be merged first", arguments: LanguageBindPeer.adapted)
  func own(peer: LanguageBindPeer) throws {
    let kept = try peer.load(.kept)
    #expect(throws: SelectionError.self) { try adapters(kept.parameters, ["attention"]) }
    let merged = try kept.parameters.merging(#require(peer.lora))
    #expect(try !adapters(merged, ["attention"]).matrices.isEmpty)
  }

  /// What `patch` and `shallow` are in each family, and how many matrices the blocks have.
  @Test("targets find what they name in every family", arguments: Family.sited)
  func names(family: Family) throws {
    for sense in try family.load().model.senses {
      let (store, what) = (sense.parameters, "\(family.name) \(sense.modality)")
      let tower = try #require(sense.encoder as? any SitedEncoder)
      let isVideo = store.names.contains { $0.contains("temporal_attention") }
      let blocks = tower.blockCount
      #expect(
        try store.matrixNames(for: "attention").count == (isVideo ? 4 : 2) * blocks, "\(what)")
      #expect(try store.matrixNames(for: "mlp").count == 2 * blocks, "\(what)")
      let patch = try store.matrixNames(for: "patch")
      switch (family.name, sense.modality) {
      case ("UniBind", .points):
        #expect(
          patch
            == ["embedding.first.0", "embedding.first.3", "embedding.second.0"]
            .map { "points.stages.0.\($0).weight" }
            + ["embedding.second.3", "positions.0", "positions.2"]
            .map { "points.stages.0.\($0).weight" })
      case ("TinyBind", .points):
        #expect(patch == ["lift", "up", "place.up", "place.down"].map { "\($0).weight" })
      default: #expect(patch.count == 1 && patch[0].hasSuffix("patch_embedding.weight"), "\(what)")
      }
      let shallow = store.shallowNames
      #expect(Set(patch).isSubset(of: shallow), "\(what)")
      #expect(shallow.contains { $0.contains("blocks.0.mlp.up.weight") }, "\(what)")
      #expect(!shallow.contains { $0.contains("blocks.1.") || $0.contains("stages.1.") }, "\(what)")
      #expect(!shallow.contains { $0.contains("projection") || $0.contains("post_norm") })
      let left = Set(store.names).subtracting(store.trainableNames)
      let kinds = Set(left.map { $0.split(separator: ".").last.map(String.init) ?? "" })
      #expect(kinds.isSubset(of: ["running_mean", "running_var", "log_scale", "logit_scale"]))
    }
  }

  @Test(
    "every trained part of every tower moves it, and its gradients are there",
    arguments: Family.sited)
  func trained(family: Family) throws {
    let parts: [TrainedPart] = [.full, .shallow, .lora(size: lora, targets: ["attention"])]
    for sense in try family.load().model.senses {
      let x = try sense.noise(rows: 2)
      for part in parts {
        let what = "\(sense.modality) \(part)"
        let freed = try part.freed(
          of: sense.parameters, generator: Generator(seed: 3, stream: "part"))
        let leaves = freed.leaves.names.compactMap { freed.leaves[$0] }
        let y = try sense.rebuilt(freed.store(freed.leaves)).embed(x)
        let slopes = try gradients(
          of: y.squared().sum(), withRespectTo: leaves, allowUnused: true)
        try Optimizer.adamW(leaves, weightDecay: 0).step(slopes, learningRate: 1e-2)
        let face = try sense.rebuilt(freed.unrecorded(freed.leaves)).embed(x)
        let again = try sense.rebuilt(freed.store(freed.leaves)).embed(x)
        try expectClose(face.normalized(), again.detached().normalized(), atol: 1e-5, what)
        #expect(try (face - y.detached()).absolute().max().item() > 1e-4, "\(what)")
      }
    }
  }
}
