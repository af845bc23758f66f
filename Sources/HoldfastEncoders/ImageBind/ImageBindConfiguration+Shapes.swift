import HoldfastFormats
import HoldfastMedia
import HoldfastTensor

extension ImageBindConfiguration {
  /// Works the sizes out from the shapes in a file of the published layout.
  ///
  /// The modalities are those whose transformers are there. What no shape tells is as in the
  /// published model: the heads of each modality, the stride of audio patches, the sizes of a
  /// spectrogram, and how many clips stand for a video or a sound.
  ///
  /// - Throws: ``EncoderError`` with every tensor that is needed to tell the sizes and is not
  ///   there, or for sizes that cannot be.
  init(shapesIn source: any TensorSource) throws(EncoderError) {
    let shapes = ShapeReader(source)
    self.init(reading: shapes)
    try shapes.complain("an ImageBind")
    self = try checked(in: source.file)
  }

  /// As ``init(shapesIn:)``, but faults stay with the reader, and the sizes are not checked.
  ///
  /// - Parameter prefix: what stands before the names if the model is part of another.
  init(reading reader: ShapeReader, prefix: String = "") {
    let shapes = ImageBindShapes(reader, prefix: prefix)
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
  }
}

/// The shapes in a file of ImageBind's layout.
private struct ImageBindShapes {
  private let shapes: ShapeReader
  private let prefix: String

  init(_ shapes: ShapeReader, prefix: String) {
    self.shapes = shapes
    self.prefix = prefix
  }

  /// Whether a modality is there, by its name in the file.
  func has(_ sense: String) -> Bool {
    shapes.names.contains { $0.hasPrefix("\(prefix)modality_trunks.\(sense).") }
  }

  subscript(_ name: String, rank rank: Int) -> [Int] { shapes[prefix + name, rank: rank] }

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
    let mlp = self["\(blocks)0.mlp.fc1.weight", rank: 2]
    return .init(
      width: mlp[1], layers: shapes.count(below: prefix + blocks), heads: heads, hidden: mlp[0])
  }

  /// The width of the embeddings, by the first head that is there.
  var projection: Int {
    let heads = ["vision.2", "text.proj.1", "audio.2", "depth.2", "thermal.2", "imu.3"].filter {
      has(String($0.prefix { $0 != "." }))
    }
    let keys = heads.map { "modality_heads.\($0).weight" }
    guard let first = keys.first else { return 1 }
    return self[keys.first { shapes.names.contains(prefix + $0) } ?? first, rank: 2][0]
  }
}
