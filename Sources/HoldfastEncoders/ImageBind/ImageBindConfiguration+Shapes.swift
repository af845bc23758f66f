import HoldfastFormats
import HoldfastLayers
import HoldfastMedia

extension ImageBindConfiguration {
  /// Works the sizes out from the shapes in a file of the published layout.
  ///
  /// A sense is there where its transformer is. What no shape tells is that of the published model:
  /// the heads of each sense, the stride of audio patches, the sizes of a spectrogram, and how many
  /// clips stand for a video or a sound.
  ///
  /// - Parameter prefix: what stands before the names where the model is part of another.
  /// - Throws: ``EncoderError`` with every tensor that is needed to tell the sizes and is not there,
  ///   or for sizes that cannot be.
  init(shapesIn source: any TensorSource, prefix: String = "") throws(EncoderError) {
    let shapes = ImageBindShapes(source, prefix: prefix)
    self.init(projection: 0)
    if shapes.has("vision") {
      let stem = shapes.stem("vision", "rgbt_stem.proj.1", rank: 5)
      vision = Vision(
        trunk: shapes.trunk("vision", heads: 16), frames: stem[2], patch: stem[4],
        image: shapes.side("vision") * stem[4])
    }
    if shapes.has("audio") {
      let stem = shapes.stem("audio", "rgbt_stem.proj", rank: 4)
      audio = Audio(trunk: shapes.trunk("audio", heads: 12), patch: stem[3])
    }
    if shapes.has("thermal") {
      let stem = shapes.stem("thermal", "rgbt_stem.proj", rank: 4)
      thermal = Picture(
        trunk: shapes.trunk("thermal", heads: 12), patch: stem[3],
        image: shapes.side("thermal") * stem[3])
    }
    if shapes.has("depth") {
      let stem = shapes.stem("depth", "depth_stem.proj", rank: 4)
      depth = Picture(
        trunk: shapes.trunk("depth", heads: 8), patch: stem[3],
        image: shapes.side("depth") * stem[3])
    }
    if shapes.has("imu") {
      let stem = shapes.stem("imu", "imu_stem.proj", rank: 2)
      let window = stem[1] / Inertial.axes
      let positions = shapes["modality_preprocessors.imu.pos_embed", rank: 3]
      inertial = Inertial(
        trunk: shapes.trunk("imu", heads: 8), window: window, samples: (positions[1] - 1) * window)
    }
    if shapes.has("text") {
      let trunk = shapes.trunk("text", heads: 16)
      text = CLIPConfiguration.Text(
        width: trunk.width, layers: trunk.layers, heads: trunk.heads, hidden: trunk.hidden,
        vocabulary: shapes["modality_preprocessors.text.token_embedding.weight", rank: 2][0],
        context: shapes["modality_preprocessors.text.pos_embed", rank: 3][1],
        activation: .gelu, epsilon: 1e-6)
    }
    projection = shapes.projection
    try shapes.complain()
    self = try checked(in: source.file)
  }
}

/// The shapes in a file of ImageBind's layout; what is not there is noted, and 1 stands in for it.
private final class ImageBindShapes {
  private let source: any TensorSource
  private let prefix: String
  private let names: Set<String>
  private var missing: [String] = []

  init(_ source: any TensorSource, prefix: String) {
    self.source = source
    self.prefix = prefix
    names = Set(
      source.names.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
  }

  /// Whether a sense is there, by its name in the file.
  func has(_ sense: String) -> Bool {
    names.contains { $0.hasPrefix("modality_trunks.\(sense).") }
  }

  subscript(_ name: String, rank rank: Int) -> [Int] {
    if names.contains(name), let entry = try? source.entry(for: prefix + name),
      entry.shape.count == rank,
      entry.shape.allSatisfy({ (1...1 << 24).contains($0) })
    {
      return entry.shape
    }
    missing.append("\(prefix)\(name) with \(rank) axes")
    return [Int](repeating: 1, count: rank)
  }

  /// The shape of the projection of patches.
  func stem(_ sense: String, _ name: String, rank: Int) -> [Int] {
    self["modality_preprocessors.\(sense).\(name).weight", rank: rank]
  }

  /// The patches along a side of a square picture.
  func side(_ sense: String) -> Int {
    let name = "modality_preprocessors.\(sense).pos_embedding_helper.pos_embed"
    return Int(Double(max(1, self[name, rank: 3][1] - 1)).squareRoot().rounded())
  }

  func trunk(_ sense: String, heads: Int) -> ImageBindConfiguration.Trunk {
    let blocks = "modality_trunks.\(sense).blocks."
    let indices = names.compactMap { name in
      name.hasPrefix(blocks) ? Int(name.dropFirst(blocks.count).prefix { $0 != "." }) : nil
    }
    let mlp = self["\(blocks)0.mlp.fc1.weight", rank: 2]
    // What lies beyond is out of bounds anyhow, and adding to it could overflow.
    let layers = 1 + min(indices.max() ?? 0, 1 << 24)
    return .init(width: mlp[1], layers: layers, heads: heads, hidden: mlp[0])
  }

  /// The width of the embeddings, by the first head that is there.
  var projection: Int {
    let heads = ["vision.2", "text.proj.1", "audio.2", "depth.2", "thermal.2", "imu.3"].filter {
      has(String($0.prefix { $0 != "." }))
    }
    let keys = heads.map { "modality_heads.\($0).weight" }
    guard let first = keys.first else { return 1 }
    return self[keys.first(where: names.contains) ?? first, rank: 2][0]
  }

  /// Says everything that is not there.
  func complain() throws(EncoderError) {
    guard !missing.isEmpty else { return }
    throw EncoderError(
      what: "the model's sizes are unknown without " + missing.joined(separator: ", "),
      where: source.file, hint: "is it an ImageBind model in the published layout, and complete?")
  }
}
