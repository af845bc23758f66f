import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastErrors
import HoldfastFormats
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// The small UniBind model in this target's goldens, and its answers.
private enum UniBindPeer {
  static let path = Golden.url("uni-bind/pretrained_weights.pt").path
  static let points = 600

  static func load() throws -> UniBindModel { try loadUniBind(at: path, points: points).model }

  static func golden() throws -> Golden { try Golden("uni-bind/golden.safetensors") }

  /// The golden's clouds: ((i·i) mod 9973) / 9973 at place i, on [-0.7, 0.7]; the last point of the
  /// first is near the origin.
  static func clouds() throws -> Tensor {
    var values = (0..<2 * points * 3).map { index in
      Float(Double(index * index % 9973) / 9973 * 1.4 - 0.7)
    }
    values.replaceSubrange((points - 1) * 3..<points * 3, with: [0.01, -0.01, 0.005])
    return try Tensor(values, [2, points, 3])
  }
}

@Suite("UniBind against the formulas") struct UniBindTests {
  @Test("embeddings of point clouds")
  func embeddings() throws {
    let (model, golden) = (try UniBindPeer.load(), try UniBindPeer.golden())
    let head = try model.points.embed(UniBindPeer.clouds())
    try expectCloseToScale(head, golden["points.head"].to(.float32), ratio: 1e-5, "head")
    try expectClose(
      model.points.output(of: head), golden["points.output"].to(.float32), atol: 1e-5)
    #expect(try abs(model.scale() - 50) < 1e-3)
  }

  @Test("the gradient with respect to the coordinates, in double")
  func inputGradient() throws {
    let (model, golden) = (try UniBindPeer.load(), try UniBindPeer.golden())
    let exact = try model.with(model.parameters.cast(to: .float64)).points
    let points = try UniBindPeer.clouds().to(.float64).leaf()
    let output = try exact.output(of: exact.embed(points))
    try expectClose(output, golden["points.output"], atol: 1e-7)
    let slope = try gradient(
      of: (output * golden["points.direction"]).sum(), withRespectTo: points)
    try expectCloseToScale(slope, golden["points.gradient"], ratio: 1e-6)
  }

  @Test("float32's gradient goes the same way")
  func floatGradient() throws {
    let (model, golden) = (try UniBindPeer.load(), try UniBindPeer.golden())
    let points = try UniBindPeer.clouds().leaf()
    let output = try model.points.output(of: model.points.embed(points))
    let slope = try gradient(
      of: (output * golden["points.direction"].to(.float32)).sum(), withRespectTo: points)
    let wanted = try golden["points.gradient"].to(.float32)
    let difference = try (slope - wanted).reshaped([-1]).norm(2, [0]).item()
    #expect(try difference < 1e-2 * wanted.reshaped([-1]).norm(2, [0]).item())
  }

  @Test("keeps what every encoder promises", arguments: [Modality.points, .event, .image])
  func contract(modality: Modality) throws {
    let tower = try #require(try UniBindPeer.load()[modality])
    #expect(tower.modality == modality && tower.embeddingWidth == 24)
    try checkEncoderContract(tower)
    #expect(try tower.embed(.zeros([0] + tower.input.shape)).shape == [0, 24])
  }

  @Test("points have no box, and are items of a set")
  func space() throws {
    let space = try UniBindPeer.load().points.input
    #expect(space.shape == [600, 3] && space.range == nil)
    #expect(space.patches == .items(axis: 0) && space.unit == PointPreprocessor.unit)
  }

  @Test("the order of the points but the first is of no account")
  func order() throws {
    let tower = try UniBindPeer.load().points
    let clouds = try UniBindPeer.clouds()
    let turned = try Tensor.concatenating(
      [clouds.slice(1, 0..<1), clouds.slice(1, 1..<600).flipped([1])], 1)
    try expectCloseToScale(tower.embed(turned), tower.embed(clouds), ratio: 1e-4)
    // All points in one place: every choice is the same, and nothing is divided by 0.
    let heap = try Tensor.full(0.5, [1, 600, 3])
    #expect(try tower.embed(heap).isFinite().all().item() == 1)
    #expect(try tower.embed(.zeros([1, 600, 3])).isFinite().all().item() == 1)
  }

  @Test("what stands at a site decides, in any block of any stage")
  func sites() throws {
    let tower = try UniBindPeer.load().points
    let clouds = try UniBindPeer.clouds()
    let plain = try tower.embed(clouds)
    #expect(tower.blockCount == 5)
    for site in [Site.patchEmbedding]
      + (0..<5).flatMap({ [.attention($0), .mlp($0), .residual($0)] })
    {
      let read = try tower.embed(
        clouds, sites: Sites([site: { (compute) throws(TorchError) in try compute() }]))
      try expectCloseToScale(read, plain, ratio: 1e-5, "\(site) read")
      let other = try tower.embed(
        clouds, sites: Sites([site: { (compute) throws(TorchError) in try compute().squared() }]))
      #expect(try (other - plain).absolute().max().item() > 1e-3, "\(site) was not replaced")
    }
  }

  @Test("events are seen as pictures")
  func events() throws {
    let model = try UniBindPeer.load()
    let (event, image) = (try #require(model[.event]), try #require(model[.image]))
    let pixels = try Generator(seed: 1, stream: "pixels").copy { try $0.uniform([2, 3, 12, 12]) }
    try expectClose(event.embed(pixels), image.embed(pixels), atol: 0)
    let wide = try ImageBindPeer.load()[.image]
    try expectClose(image.embed(pixels), #require(wide).embed(pixels), atol: 0)
  }
}

@Suite("Loading UniBind") struct UniBindLoadingTests {
  private func loading<Result>(
    _ store: ParameterStore, _ body: (String) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let path = folder.appendingPathComponent("weights.safetensors").path
      try store.write(to: path, keys: .identity)
      return try body(path)
    }
  }

  /// The golden's weights under the names in its file, behind a prefix.
  private func weights(prefix: String = "") throws -> ParameterStore {
    var store = ParameterStore()
    for (key, tensor) in try UniBindPeer.load().parameters.stored(as: .uniBind(prefix: prefix)) {
      store[key] = tensor
    }
    return store
  }

  @Test("sizes come from the shapes in the file")
  func sizes() throws {
    let configuration = try UniBindPeer.load().configuration
    #expect(configuration.bind.modalities == [.image, .video] && configuration.space == 512)
    let stages = configuration.stages
    #expect(stages.map(\.width) == [12, 24, 36] && stages.map(\.layers) == [2, 1, 2])
    #expect(stages.map(\.inner) == [[8, 16, 16], [12, 12, 24], [24, 24, 36]])
    #expect(stages.map(\.groups) == [512, 256, 64] && stages.map(\.hidden) == [48, 96, 144])
    let json = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(UniBindConfiguration.self, from: json) == configuration)
  }

  @Test("the preset has the tensors and numbers of the published model")
  func preset() throws {
    let count = KeyCount(.uniBind())
    #expect(throws: CheckpointError.self) {
      try UniBindModel(.published, from: ParameterLoader(count))
    }
    // And the mask of causal attention, and how often six norms were trained.
    #expect(count.tensors.count + 1 + 6 == 1550)
    #expect(count.elements + 77 * 77 + 6 == 1_214_166_326)
  }

  @Test("every key that does not fit, of either part, in one error")
  func misfits() throws {
    var store = try weights()
    let gone = [
      "bind.modality_trunks.vision.blocks.0.norm_1.bias", "bind.modality_head_point.2.weight",
      "point_encoder.h_encoder.token_embed.1.first_conv.1.running_var", "logit_scale",
    ]
    for key in gone { store[key] = nil }
    store["point_encoder.cls"] = try .zeros([4])
    store["point_encoder.norm.weight"] = try .zeros([35])
    store["bind.modality_heads.vision.0.bias"] = try .zeros([31])
    let error = try #require(throws: CheckpointError.self) {
      try loading(store) { try loadUniBind(at: $0, points: 600) }
    }
    #expect(error.missing.sorted() == gone.sorted())
    #expect(error.unexpected == ["point_encoder.cls"] && error.mismatched.count == 2)
  }

  @Test("every tensor that the sizes need, of either part, in one error")
  func unknownSizes() throws {
    var store = try weights()
    let gone = [
      "bind.modality_trunks.vision.blocks.0.mlp.fc1.weight", "pc_projection",
      "point_encoder.h_encoder.token_embed.2.second_conv.0.weight",
    ]
    for key in gone { store[key] = nil }
    let error = try #require(throws: EncoderError.self) {
      try loading(store) { try loadUniBind(at: $0, points: 600) }
    }
    for key in gone { #expect(error.what.contains(key), "\(key)") }
  }

  @Test("too few points for the groups", arguments: [-1, 0, 511, 1 << 40])
  func fewPoints(count: Int) throws {
    let error = try #require(throws: EncoderError.self) {
      try loadUniBind(at: UniBindPeer.path, points: count)
    }
    #expect(error.what.contains("number of points") && error.description.contains("hint: "))
  }

  @Test("what fine-tuning saves: a prefix, and a layer behind one modality")
  func fineTuned() throws {
    let plain = try UniBindPeer.load()
    var generator = Generator(seed: 4, stream: "layer")
    let (weight, bias) = (try generator.normal([24, 24]), try generator.normal([24]))
    for (theirs, sense) in [("point", Modality.points), ("event", .event), ("image", .image)] {
      var store = try weights(prefix: "backbone.")
      store["mlp_for_\(theirs).weight"] = weight
      store["mlp_for_\(theirs).bias"] = bias
      let tuned = try loading(store) { try loadUniBind(at: $0, points: 600).model }
      #expect(tuned.configuration.projected == [sense])
      let (base, tower) = (try #require(plain[sense]), try #require(tuned[sense]))
      let input = try generator.uniform([2] + base.input.shape)
      let output = try base.embed(input).normalized()  // the scales of both modalities are 1
      try expectCloseToScale(
        tower.embed(input), output.linear(weight, bias), ratio: 1e-5, "\(sense)")
      // The other modalities are as they were.
      for other in [Modality.points, .event, .image] where other != sense {
        let (a, b) = (try #require(plain[other]), try #require(tuned[other]))
        let input = try generator.uniform([1] + a.input.shape)
        try expectClose(b.embed(input), a.embed(input), atol: 0, "\(other)")
      }
      try checkEncoderContract(tower)
    }
    var store = try weights()
    (store["mlp_for_audio.weight"], store["mlp_for_audio.bias"]) = (weight, bias)
    let error = try #require(throws: EncoderError.self) {
      try loading(store) { try loadUniBind(at: $0, points: 600) }
    }
    #expect(error.what.contains("audio"))
  }

  @Test("the folder of a model, told by the names of its weights")
  func asLoadedModel() throws {
    let model = try loadModel(at: Golden.url("uni-bind").path)
    #expect(model.family == "UniBind")
    #expect(model.modalities == [.image, .video, .points, .event] && model.text == nil)
    for sense in model.senses {
      #expect(sense.preparation.outputShape == sense.encoder.input.shape)
    }
    #expect(try #require(model[.points]).encoder.input.shape == [8192, 3])
    #expect(try abs(#require(model[.points]).scale - 50) < 1e-3)
    let image = try #require(model[.image])
    let exact = try image.rebuilt(image.parameters.cast(to: .float64))
    #expect(try exact.embed(.full(0.3, [1, 3, 12, 12])).dtype == .float64)
  }
}

extension Generator {
  /// What a copy of this generator makes.
  fileprivate func copy<Result>(_ body: (inout Generator) throws -> Result) throws -> Result {
    var copy = self
    return try body(&copy)
  }
}
