import HoldfastCore
import HoldfastFormats

extension UniBindConfiguration {
  /// Works the sizes out from the shapes in a file of the published layout.
  ///
  /// Groups, neighbours, radii and heads are those of the published model, since no shape tells
  /// them.
  ///
  /// - Parameter points: how many points a cloud has.
  /// - Throws: ``EncoderError`` with every tensor that is needed to tell the sizes and is not
  ///   there, or for sizes that cannot be.
  init(shapesIn source: any TensorSource, points: Int) throws(EncoderError) {
    let shapes = ShapeReader(source)
    let prefix = UniBindLayout(of: source).prefix
    let bind = ImageBindConfiguration(reading: shapes, prefix: prefix + "bind.")
    let encoder = prefix + "point_encoder.h_encoder."
    var stages = Self.published.stages
    for index in stages.indices {
      let embedding = "\(encoder)token_embed.\(index)."
      let blocks = "\(encoder)encoder_blocks.\(index).blocks."
      stages[index].inner = ["first_conv.0", "first_conv.3", "second_conv.0"].map {
        shapes["\(embedding)\($0).weight", rank: 3][0]
      }
      stages[index].layers = shapes.count(below: blocks)
      let mlp = shapes["\(blocks)0.mlp.fc1.weight", rank: 2]
      (stages[index].hidden, stages[index].width) = (mlp[0], mlp[1])
    }
    let space = shapes["\(prefix)pc_projection", rank: 2][1]
    try shapes.complain("a UniBind")
    self = try UniBindConfiguration(
      bind: bind, stages: stages, space: space, points: points,
      projected: Self.projectable.filter { shapes.names.contains("mlp_for_\($0.theirs).weight") }
        .map(\.sense)
    ).checked(in: source.file)
  }

  /// The modalities that fine-tuning may add a layer to, and what files call them.
  static let projectable: [(sense: Modality, theirs: String)] = [
    (.image, "image"), (.video, "video"), (.audio, "audio"), (.thermal, "thermal"),
    (.points, "point"), (.event, "event"),
  ]
}
