import HoldfastAttacks
import HoldfastCore
import HoldfastDefenses
import HoldfastEncoders
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("R-Adapt's filter")
struct RAdaptFilterTests {
  @Test("keeps the blur's width in pixels, or its cycles per image, as told")
  func cutoffs() {
    for (side, kept) in [(32, 40.0 * 32 / 224), (224, 40), (336, 60)] {
      let input = InputSpec.pixels(height: side, width: side)
      func cutoff(_ scaling: RAdapt.Scaling) -> GaussianFilter {
        RAdapt(scaling: scaling).filter(for: input)
      }
      #expect(cutoff(.asPrinted) == GaussianFilter(vertical: 40, horizontal: 40))
      #expect(cutoff(.keepSigma) == GaussianFilter(vertical: kept, horizontal: kept))
      #expect(cutoff(.automatic) == cutoff(.keepSigma))
    }
    let wide = RAdapt(cutoff: 30).filter(for: .pixels(height: 112, width: 224))
    #expect(wide == GaussianFilter(vertical: 15, horizontal: 30))
  }

  @Test(
    "agrees with the peer at every size",
    arguments: ["16x16", "15x15", "12x20", "9x14", "32x32"], [3, 40])
  func golden(size: String, radius: Int) throws {
    let golden = try Golden("r-adapt/filter.safetensors")
    let x = try golden["\(size).input"]
    let input = InputSpec.pixels(height: x.shape[2], width: x.shape[3])
    for (name, scaling) in [
      ("as_printed", RAdapt.Scaling.asPrinted), ("keep_sigma", RAdapt.Scaling.keepSigma),
    ] {
      let filter = RAdapt(cutoff: Double(radius), scaling: scaling).filter(for: input)
      try expectClose(
        try filter(x), golden["\(size).radius_\(radius).\(name)"], atol: 2e-6, "\(size) \(name)")
    }
  }

  @Test("leaves white as it is", arguments: [15, 32, 224])
  func white(side: Int) throws {
    let white = try Tensor.ones([1, 3, side, side])
    let filter = RAdapt().filter(for: .pixels(height: side, width: side))
    try expectClose(try filter(white), white, atol: 1e-6)
  }
}

@Suite("R-Adapt's anchor")
struct RAdaptAnchorTests {
  /// A cut-off so high that the filter lets everything pass.
  private let open = 1e9

  private func unit(_ encoder: any Encoder, _ pixels: Tensor) throws -> Tensor {
    try withoutGradients { try encoder.embed(pixels).normalized() }
  }

  @Test("is the first attention's answer to white, by the model or by its guide")
  func fit() throws {
    let (model, guide) = (try Peer.load("model"), try Peer.load("guide"))
    let golden = try Peer.anchors()
    let own = try RAdapt().fit(to: model.vision, guide: nil)
    #expect(Array(own.tensors.keys) == ["anchor"] && own.classes == nil)
    try expectCloseToScale(
      try #require(own["anchor"]), golden["anchor.white"].squeezed(0), ratio: 2e-5, "white")
    let guided = try RAdapt().fit(to: model.vision, guide: guide.vision)
    try expectCloseToScale(
      try #require(guided["anchor"]), golden["anchor.guided"].squeezed(0), ratio: 2e-5, "guided")
  }

  @Test(
    "is mixed into the first attention as the peer does",
    arguments: ["white", "guided"], [[1.2, -0.8], [1.2, 0.0], [0.8, 0.2]])
  func mixing(source: String, weights: [Double]) throws {
    let model = try Peer.load("model")
    let golden = try Peer.anchors()
    let defense = RAdapt(alpha: weights[0], beta: weights[1], cutoff: open, scaling: .asPrinted)
    let fitted = Fitted(["anchor": try golden["anchor.\(source)"].squeezed(0)])
    let defended = try defense.wrap(model.vision, fitted: fitted)
    try expectClose(
      unit(defended, golden["pixels"]),
      golden["\(source).alpha_\(weights[0]).beta_\(weights[1])"], atol: 1e-5)
  }

  @Test("with α = 0 and β = 1 changes nothing")
  func identity() throws {
    let model = try Peer.load("model")
    let golden = try Peer.anchors()
    let defense = RAdapt(alpha: 0, beta: 1, cutoff: open, scaling: .asPrinted)
    let defended = try defense.wrap(model.vision, fitted: defense.fit(to: model.vision, guide: nil))
    try expectClose(
      unit(defended, golden["pixels"]), unit(model.vision, golden["pixels"]), atol: 1e-6)
    try expectClose(unit(defended, golden["pixels"]), golden["plain"], atol: 1e-5)
  }

  @Test("behind the filter agrees with the peer, in value and in gradient")
  func whole() throws {
    let model = try Peer.load("model")
    let golden = try Peer.anchors()
    let defense = RAdapt(scaling: .keepSigma)
    let defended = try defense.wrap(model.vision, fitted: defense.fit(to: model.vision, guide: nil))
    let pixels = try golden["pixels"]
    try expectClose(unit(defended, pixels), golden["filtered_and_anchored"], atol: 1e-5)

    let head = Head(
      anchors: try golden["text_embeddings"].transposed(0, 1).contiguous(), scale: try model.scale()
    )
    let leaf = try pixels.leaf()
    let prediction = try Subject(encoder: defended, head: head).predict(leaf)
    let truth = Truth(labels: try golden["labels"], cleanEmbedding: prediction.embedding)
    let slope = try gradient(
      of: CrossEntropy().loss(prediction, truth).sum(), withRespectTo: leaf)
    try expectCloseToScale(
      slope, golden["filtered_and_anchored_gradient"], ratio: 1e-4, "gradient")
  }

  @Test("with β = 0 does without the attention, and lets the gradient pass")
  func skipping() throws {
    let tower = CountingTower(try Peer.load("model").vision)
    let pixels = try Peer.anchors()["pixels"]
    for (beta, computed) in [(0.0, 0), (0.2, 1)] {
      let defense = RAdapt(beta: beta)
      let defended = try defense.wrap(tower, fitted: defense.fit(to: tower, guide: nil))
      let before = tower.attentions
      let leaf = try pixels.leaf()
      let slope = try gradient(
        of: defended.embed(leaf).squared().sum(), withRespectTo: leaf)
      #expect(tower.attentions - before == computed)
      #expect(try slope.flattenedRows().norm(2, [1]).min().item() > 0)
    }
  }

  @Test("keeps what every encoder promises")
  func contract() throws {
    let model = try Peer.load("model")
    for defense in [RAdapt(), RAdapt(beta: 0, clampsFilter: true)] {
      let fitted = try defense.fit(to: model.vision, guide: nil)
      try checkEncoderContract(try defense.wrap(model.vision, fitted: fitted))
    }
  }

  @Test("of another shape, missing or not finite is refused")
  func wrongAnchors() throws {
    let model = try Peer.load("model")
    let error = try #require(throws: UsageError.self) {
      try RAdapt().fit(to: model.vision, guide: try Peer.other().vision)
    }
    #expect(error.message.contains("the guide's anchor is"))
    let anchor = try #require(try RAdapt().fit(to: model.vision, guide: nil)["anchor"])
    let wrong: [[String: Tensor]] = [
      [:], ["other": anchor], ["anchor": try anchor.select(0, 0)],
      ["anchor": try anchor.slice(0, 0..<1)], ["anchor": try anchor * Double.nan],
    ]
    for tensors in wrong {
      #expect(throws: UsageError.self) {
        try RAdapt().wrap(model.vision, fitted: Fitted(tensors))
      }
    }
  }

  @Test("has no place in an encoder without sites, defended or not")
  func noSites() throws {
    let model = try Peer.load("model")
    let fitted = try RAdapt().fit(to: model.vision, guide: nil)
    let prompt = Fitted(["prompt": try Tensor.ones([1, 8]).normalized()])
    let toy = try ToyEncoder.image()
    for encoder in [toy, try CLIPureCos().wrap(toy, fitted: prompt)] as [any Encoder] {
      #expect(throws: UsageError.self) { try RAdapt().check(encoder) }
      #expect(throws: UsageError.self) { try RAdapt().fit(to: encoder, guide: nil) }
      #expect(throws: UsageError.self) { try RAdapt().wrap(encoder, fitted: fitted) }
      #expect(throws: UsageError.self) { try RAdapt().fit(to: model.vision, guide: encoder) }
    }
  }

  @Test(
    "is the filter and then the tower with the mixed attention, to the bit",
    arguments: [RAdapt(), RAdapt(beta: 0), RAdapt(alpha: 0.3, beta: 0.7, clampsFilter: true)])
  func bits(defense: RAdapt) throws {
    let tower = try Peer.load("model").vision
    let fitted = try defense.fit(to: tower, guide: nil)
    let anchor = try #require(fitted["anchor"])
    let pixels = try Peer.anchors()["pixels"]
    var smooth = try defense.filter(for: tower.input)(pixels)
    if defense.clampsFilter { smooth = try smooth.clamped(0, 1) }
    let known = try tower.embed(
      smooth,
      sites: Sites([
        .attention(0): { (compute) throws(TorchError) in
          let fixed = try (anchor * defense.alpha).unsqueezed(0)
          return defense.beta == 0 ? fixed : try fixed + compute() * defense.beta
        }
      ]))
    let found = try defense.wrap(tower, fitted: fitted).embed(pixels)
    #expect(try found.bytes() == known.bytes())
  }

  @Test("must face attacks on the embedding and in the pass band")
  func adaptive() {
    let input = InputSpec.pixels(height: 32, width: 32)
    let attacks = RAdapt().adaptiveAttacks(on: input, steps: 100)
    #expect(attacks.allSatisfy { $0.substitute == nil })
    let recipes = attacks.map(\.recipe)
    #expect(recipes.map(\.name) == ["apgd-embedding", "apgd-ce-low-pass"])
    #expect(recipes[0].objective is EmbeddingDistance)
    #expect((recipes[1].attack as? LowPass<APGD>)?.filter == RAdapt().filter(for: input))
  }
}
