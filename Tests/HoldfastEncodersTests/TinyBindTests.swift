import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastFormats
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("TinyBind's towers")
struct TinyBindTests {
  private static let generator = Generator(seed: 3, stream: "towers")

  /// A configuration of each modality, small enough for a test.
  static let configurations: [TinyBindConfiguration] = [
    .init(
      sense: .audio(mels: 16, rate: 8000, seconds: 0.25),
      tower: .init(tokens: .patches(sides: [8, 5]), width: 16, layers: 2, heads: 2), projection: 32),
    .init(
      sense: .video(frames: 4, side: 16),
      tower: .init(tokens: .patches(sides: [2, 8, 8]), width: 16, layers: 2, heads: 2),
      projection: 32),
    .init(
      sense: .thermal(side: 16),
      tower: .init(tokens: .patches(sides: [8, 8]), width: 16, layers: 2, heads: 2),
      projection: 32),
    .init(
      sense: .event(side: 20),
      tower: .init(tokens: .patches(sides: [8, 8]), width: 16, layers: 2, heads: 2),
      projection: 32),
    .init(
      sense: .points(count: 40),
      tower: .init(tokens: .groups(count: 6, neighbours: 5), width: 15, layers: 2, heads: 3),
      projection: 32),
  ]

  private func tower(_ configuration: TinyBindConfiguration) throws -> TinyBindTower {
    try TinyBindTower(configuration, initializedBy: Self.generator)
  }

  @Test(
    "keep what every encoder promises, gradients to the input included", arguments: configurations)
  func contract(configuration: TinyBindConfiguration) throws {
    let tower = try tower(configuration)
    try checkEncoderContract(tower.encoder)
    #expect(tower.encoder.embeddingWidth == 32)
    #expect(configuration.preparation.outputShape == tower.encoder.input.shape)
  }

  @Test("offer sites around which a defence can go", arguments: configurations)
  func sites(configuration: TinyBindConfiguration) throws {
    let tower = try tower(configuration)
    let sited = tower.encoder
    var generator = Generator(seed: 7, stream: "sites")
    let input = try generator.uniform([1] + sited.input.shape)
    let plain = try sited.embed(input)
    let skipped = try sited.embed(
      input,
      sites: Sites([
        .attention(0): { (compute) throws(TorchError) in try compute() * 3 }
      ]))
    #expect(try (skipped - plain).absolute().max().item() > 1e-4)
  }

  @Test("cut a grid into patches as a convolution whose stride is its kernel does")
  func patches() throws {
    // A tower whose class token attends to nothing but what the patches say would hide an error in
    // their order; so one patch at a time is changed, and the tokens that change are counted.
    let tower = try tower(Self.configurations[1])
    let sited = tower.encoder
    func tokens(_ input: Tensor) throws -> Tensor {
      var seen: Tensor?
      _ = try sited.embed(
        input,
        sites: Sites([
          .patchEmbedding: { (compute) throws(TorchError) in
            let value = try compute()
            seen = value
            return value
          }
        ]))
      return try #require(seen)
    }
    let weight = try #require(tower.parameters["patch_embedding.weight"])
    let blank = try Tensor.full(0.5, [1, 3, 4, 16, 16])
    let base = try tokens(blank)
    #expect(base.shape == [1, 1 + 2 * 2 * 2, 16])
    #expect(weight.shape == [16, 3 * 2 * 8 * 8])
    for (patch, place) in [(0, [0, 0, 0]), (3, [0, 8, 8]), (6, [2, 8, 0])] {
      var values = try blank.array(of: Float.self)
      values[(place[0] * 16 + place[1]) * 16 + place[2]] = 1  // channel 0
      let changed = try (tokens(Tensor(values, [1, 3, 4, 16, 16])) - base).absolute().max([2])
        .array(of: Float.self)
      let moved = changed.indices.filter { changed[$0] > 1e-6 }
      #expect(moved == [1 + patch])
    }
  }

  @Test("standardise a recording where they are told to: gain and colour of a microphone are lost")
  func standardized() throws {
    var configuration = Self.configurations[0]
    configuration.standardizes = true
    let tower = try tower(configuration)
    var generator = Generator(seed: 2, stream: "recording")
    let sound = try generator.normal([1] + tower.encoder.input.shape)
    let microphone = try generator.normal([1, 1, 16, 1])
    try expectClose(
      tower.encoder.embed(sound * 0.5 + microphone), tower.encoder.embed(sound), atol: 1e-4)
    let plain = try self.tower(Self.configurations[0])
    let change = try plain.encoder.embed(sound * 0.5 + microphone) - plain.encoder.embed(sound)
    #expect(try change.absolute().max().item() > 0.01)
    try checkEncoderContract(tower.encoder)
  }

  @Test("see a cloud, not the order of its points")
  func order() throws {
    let tower = try tower(Self.configurations[4])
    var generator = Generator(seed: 1, stream: "cloud")
    let cloud = try generator.normal([2, 40, 3])
    // Groups are counted from the first point on, which stays; all others are in no order.
    let shuffled = try Tensor.concatenating(
      [cloud.slice(1, 0..<1), cloud.slice(1, 1..<40).flipped([1])], 1)
    try expectClose(
      tower.encoder.embed(shuffled), tower.encoder.embed(cloud), atol: 1e-5)
  }

  @Test("start as the image tower: grey pictures and still clips lie where the picture lies")
  func startsAsImage() throws {
    let clip = try CLIPModel(
      CLIPConfiguration(
        vision: .init(width: 16, layers: 2, heads: 2, patch: 8, image: 20),
        text: .init(width: 16, layers: 1, heads: 2, vocabulary: 20, context: 8), projection: 32),
      initializedBy: Generator(seed: 1, stream: "clip"),
      normalization: PixelNormalization(mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25]))
    func started(
      _ sense: TinyBindConfiguration.Sense, _ sides: [Int], layers: Int = 2
    ) throws -> TinyBindTower {
      let configuration = TinyBindConfiguration(
        sense: sense,
        tower: .init(tokens: .patches(sides: sides), width: 16, layers: layers, heads: 2),
        projection: 32)
      #expect(TinyBindTower.starts(configuration, from: clip) == (layers == 2))
      return try TinyBindTower(configuration, startingFrom: clip, initializedBy: Self.generator)
    }
    var generator = Generator(seed: 4, stream: "picture")
    let gray = try generator.uniform([2, 1, 20, 20])
    let picture = try gray.expanded([2, 3, 20, 20])
    let wanted = try clip.vision.embed(picture)
    try expectClose(
      started(.thermal(side: 20), [8, 8]).encoder.embed(gray), wanted, atol: 1e-4)
    // Patches as long as the clip: there is one stretch, and so as many tokens as in a picture.
    let film = try picture.unsqueezed(2).expanded([2, 3, 4, 20, 20])
    let video = try started(.video(frames: 4, side: 20), [4, 8, 8])
    try expectClose(video.encoder.embed(film), wanted, atol: 1e-4)
    // Two stretches have the same places.
    let two = try started(.video(frames: 4, side: 20), [2, 8, 8])
    let places = try #require(two.parameters["positional_embedding"])
    try expectClose(places.slice(0, 1..<5), places.slice(0, 5..<9), atol: 0)
    #expect(try video.encoder.embed(film * 0.9).isFinite().all().item() == 1)
    // Of another depth, it is a fresh one.
    let other = try started(.thermal(side: 20), [8, 8], layers: 1)
    let fresh = try TinyBindTower(other.configuration, initializedBy: Self.generator)
    try expectClose(other.encoder.embed(gray), fresh.encoder.embed(gray), atol: 0)
  }

  @Test("are read back as they were written, and half precision is near", arguments: configurations)
  func roundTrip(configuration: TinyBindConfiguration) throws {
    try withTemporaryFolder { folder in
      let tower = try tower(configuration)
      try tower.write(to: folder.path)
      let read = try TinyBindTower(at: folder.path)
      #expect(read.configuration == configuration)
      let input = try Tensor.full(0.3, [1] + tower.encoder.input.shape)
      try expectClose(read.encoder.embed(input), tower.encoder.embed(input), atol: 0)
      try tower.with(tower.parameters.cast(to: .float16)).write(to: folder.path)
      let half = try TinyBindTower(at: folder.path)
      try expectClose(
        half.encoder.embed(input).normalized(), tower.encoder.embed(input).normalized(), atol: 0.01)
    }
  }
}

@Suite("A folder of TinyBind")
struct TinyBindFolderTests {
  /// A CLIP folder whose space is 32 wide, with towers beside it.
  private func withFolder(
    _ configurations: [TinyBindConfiguration], _ body: (URL) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let clip = CLIPConfiguration(
        vision: .init(width: 16, layers: 1, heads: 2, patch: 8, image: 16),
        text: .init(width: 16, layers: 1, heads: 2, vocabulary: 20, context: 8), projection: 32)
      let model = try CLIPModel(
        clip, initializedBy: Generator(seed: 1, stream: "clip"),
        normalization: PixelNormalization(mean: [0, 0, 0], std: [1, 1, 1]))
      try model.write(to: folder.path)
      for configuration in configurations {
        let tower = try TinyBindTower(
          configuration, initializedBy: Generator(seed: 2, stream: configuration.modality.rawValue))
        try tower.write(to: place(configuration, in: folder).path)
      }
      try body(folder)
    }
  }

  private func place(_ configuration: TinyBindConfiguration, in folder: URL) -> URL {
    folder.appendingPathComponent("towers/\(configuration.modality.rawValue)")
  }

  @Test("loads as a model of all its modalities, images first, each with its unit")
  func loads() throws {
    try withFolder(TinyBindTests.configurations) { folder in
      let model = try loadModel(at: folder.path)
      #expect(model.family == "TinyBind")
      #expect(model.modalities == [.image, .video, .audio, .thermal, .points, .event])
      let units = model.senses.map(\.encoder.input.unit)
      let pixels = "pixel range [0, 1]"
      #expect(units == [pixels, pixels, "normalised mel", pixels, "unit sphere", pixels])
      let thermal = try #require(model[.thermal])
      let half = try thermal.rebuilt(thermal.parameters.cast(to: .bfloat16))
      #expect(try half.embed(.full(0.5, [1, 1, 16, 16])).dtype == .bfloat16)
      #expect(throws: EncoderError.self) { try loadModel(at: folder.path, vision: folder.path) }
      let sums = try ModelFiles.checksums(at: folder.path)
      #expect(sums["towers/audio/model.safetensors"] != nil)
      #expect(sums["model.safetensors"] != sums["towers/audio/model.safetensors"])
    }
  }

  @Test("refuses the folder of one tower, and says what to give instead")
  func loneTower() throws {
    let audio = TinyBindTests.configurations[0]
    try withFolder([audio]) { folder in
      let tower = place(audio, in: folder)
      func expectRefusal(of path: URL, hint: String, _ read: (String) throws -> Void) {
        let error = #expect(throws: EncoderError.self) { try read(path.path) }
        #expect(error?.what == "is the audio tower of a model, not a model")
        #expect(error?.hint?.contains(hint) == true, "\(error?.hint ?? "")")
      }
      let model = folder.standardizedFileURL.path
      expectRefusal(of: tower, hint: "`\(model)`") { _ = try loadModel(at: $0) }
      expectRefusal(of: tower, hint: "`\(model)`") { _ = try ModelExport(at: $0) }
      try withTemporaryFolder { elsewhere in
        let copy = elsewhere.appendingPathComponent("tower")
        try FileManager.default.copyItem(at: tower, to: copy)
        expectRefusal(of: copy, hint: "towers/audio") { _ = try loadModel(at: $0) }
      }
    }
  }

  @Test("tells all keys of all towers that do not fit in one error")
  func keys() throws {
    let (audio, thermal) = (TinyBindTests.configurations[0], TinyBindTests.configurations[2])
    try withFolder([audio, thermal]) { folder in
      let read = try TinyBindTower(at: place(audio, in: folder).path)
      var store = read.parameters
      store["blocks.1.mlp.up.bias"] = nil
      store["blocks.9.mlp.up.bias"] = try .zeros([64])
      store["projection.weight"] = try .zeros([32, 15])
      try store.write(
        to: place(audio, in: folder).appendingPathComponent("model.safetensors").path,
        keys: .identity)
      var other = try TinyBindTower(at: place(thermal, in: folder).path).parameters
      other["class_embedding"] = nil
      try other.write(
        to: place(thermal, in: folder).appendingPathComponent("model.safetensors").path,
        keys: .identity)
      let error = #expect(throws: CheckpointError.self) { try loadModel(at: folder.path) }
      #expect(
        error?.missing == ["towers/audio/blocks.1.mlp.up.bias", "towers/thermal/class_embedding"])
      #expect(error?.unexpected == ["towers/audio/blocks.9.mlp.up.bias"])
      #expect(error?.mismatched.count == 1)
      #expect(error?.mismatched.first?.hasPrefix("towers/audio/projection.weight") == true)
    }
  }

  @Test(
    "refuses configurations that cannot be, with the file",
    arguments: [
      (#"{"projection": 32"#, "it is not JSON"),
      (#"{"sense": {"thermal": {"side": 16}}, "projection": 32}"#, "`tower` is missing"),
      (
        #"{"sense": {"thermal": {"side": 16}}, "projection": 32,"#
          + #" "tower": {"tokens": {"patches": {"sides": [8, 8]}}, "width": 15, "layers": 1, "heads": 2}}"#,
        "2 heads do not divide the width 15"
      ),
      (
        #"{"sense": {"thermal": {"side": 16}}, "projection": 32,"#
          + #" "tower": {"tokens": {"patches": {"sides": [8, 99]}}, "width": 16, "layers": 1, "heads": 2}}"#,
        "patches of [8, 99] do not fit"
      ),
      (
        #"{"sense": {"thermal": {"side": 16}}, "projection": 32,"#
          + #" "tower": {"tokens": {"groups": {"count": 4, "neighbours": 4}}, "width": 16, "layers": 1, "heads": 2}}"#,
        "the modality thermal does not take such tokens"
      ),
      (
        #"{"sense": {"points": {"count": 99999999}}, "projection": 32,"#
          + #" "tower": {"tokens": {"groups": {"count": 4, "neighbours": 4}}, "width": 16, "layers": 1, "heads": 2}}"#,
        "number of points of 99999999 is out of bounds"
      ),
      (
        #"{"sense": {"audio": {"mels": 16, "rate": 8000, "seconds": -1}}, "projection": 32,"#
          + #" "tower": {"tokens": {"patches": {"sides": [8, 8]}}, "width": 16, "layers": 1, "heads": 2}}"#,
        "the preprocessing of sounds has 0 frames"
      ),
      (
        #"{"sense": {"thermal": {"side": 16}}, "projection": 31,"#
          + #" "tower": {"tokens": {"patches": {"sides": [8, 8]}}, "width": 16, "layers": 2, "heads": 2}}"#,
        "1 unfit"
      ),
    ])
  func refused(json: String, words: String) throws {
    try withFolder([TinyBindTests.configurations[2]]) { folder in
      let file = place(TinyBindTests.configurations[2], in: folder)
        .appendingPathComponent("config.json")
      try Data(json.utf8).write(to: file)
      let error = #expect(throws: (any Error).self) { try loadModel(at: folder.path) }
      #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
    }
  }

  @Test("refuses a tower in another modality's folder, and one of another space")
  func places() throws {
    var wide = TinyBindTests.configurations[2]
    wide.projection = 24
    try withFolder([wide]) { folder in
      let error = #expect(throws: EncoderError.self) { try loadModel(at: folder.path) }
      #expect(error?.what == "embeds with width 24, but the space has width 32")
    }
    try withFolder([TinyBindTests.configurations[2]]) { folder in
      try FileManager.default.moveItem(
        at: folder.appendingPathComponent("towers/thermal"),
        to: folder.appendingPathComponent("towers/event"))
      let error = #expect(throws: EncoderError.self) { try loadModel(at: folder.path) }
      #expect(error?.what == "is a tower of the modality thermal")
    }
  }
}
