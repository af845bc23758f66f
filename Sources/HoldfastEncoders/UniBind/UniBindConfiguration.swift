public import HoldfastCore

/// The sizes of the tower of point clouds that UniBind adds to ImageBind: I2P-MAE, hierarchical
/// attention over groups of points (Zhang et al., 2023; Guo et al., 2023; Lyu et al., 2024).
public struct UniBindConfiguration: Codable, Hashable, Sendable {
  /// One scale of the hierarchy.
  public struct Stage: Codable, Hashable, Sendable {
    /// How many groups the points, or the groups of the stage before, are gathered into.
    public var groups: Int
    /// How many members a group has.
    public var neighbours: Int
    /// How far apart the centres of two groups may be that attend to each other.
    public var radius: Double
    /// Tokens are vectors of this width.
    public var width: Int
    /// How many blocks there are.
    public var layers: Int
    /// The width inside each MLP.
    public var hidden: Int
    /// The widths inside the embedding of a group: of its members alone, of what is taken over the
    /// group, and behind both.
    public var inner: [Int]

    /// A stage of the given sizes; the MLPs are four times as wide as the tokens if not said.
    public init(
      groups: Int, neighbours: Int, radius: Double, width: Int, layers: Int, hidden: Int? = nil,
      inner: [Int]
    ) {
      self.groups = groups
      self.neighbours = neighbours
      self.radius = radius
      self.width = width
      self.layers = layers
      self.hidden = hidden ?? 4 * width
      self.inner = inner
    }
  }

  /// The modalities of ImageBind.
  public var bind: ImageBindConfiguration
  /// The scales, from fine to coarse.
  public var stages: [Stage]
  /// How many heads each attention of the stages has.
  public var heads: Int
  /// The width between the last stage and the head.
  public var space: Int
  /// How many points a cloud has; the weights do not depend on it.
  public var points: Int
  /// The modalities behind whose towers fine-tuning added a layer.
  public var projected: [Modality]

  /// A model of the given sizes.
  public init(
    bind: ImageBindConfiguration, stages: [Stage], heads: Int = 6, space: Int = 512,
    points: Int = 8192, projected: [Modality] = []
  ) {
    self.bind = bind
    self.stages = stages
    self.heads = heads
    self.space = space
    self.points = points
    self.projected = projected
  }

  /// [The published model](https://github.com/QC-LY/UniBind).
  public static let published = UniBindConfiguration(
    bind: .huge,
    stages: [
      Stage(
        groups: 512, neighbours: 48, radius: 0.24, width: 96, layers: 5, inner: [128, 256, 512]),
      Stage(
        groups: 256, neighbours: 24, radius: 0.48, width: 192, layers: 5, inner: [96, 96, 192]),
      Stage(
        groups: 64, neighbours: 24, radius: 0.96, width: 384, layers: 5, inner: [192, 192, 384]),
    ])

  /// Refuses sizes that no model has, before any memory is taken for them.
  ///
  /// - Throws: ``EncoderError`` that names the size.
  func checked(in file: String) throws(EncoderError) -> UniBindConfiguration {
    _ = try bind.checked(in: file)
    for sense in projected where !has(sense) {
      throw EncoderError(
        what: "holds a layer behind the tower of \(sense.rawValue), but not that tower",
        where: file, hint: "the file is not complete")
    }
    var sizes = [
      ("number of stages", stages.count, 1...8), ("number of heads", heads, 1...1024),
      ("width behind the stages", space, 1...65_536),
    ]
    var members = points
    for (index, stage) in stages.enumerated() {
      sizes += [
        ("number of points before stage \(index)", members, max(1, stage.groups)...1 << 20),
        ("number of groups in stage \(index)", stage.groups, 1...max(1, members)),
        ("number of neighbours in stage \(index)", stage.neighbours, 1...max(1, members)),
        ("width of stage \(index)", stage.width, 1...65_536),
        ("number of layers in stage \(index)", stage.layers, 1...1024),
        ("MLP width of stage \(index)", stage.hidden, 1...1 << 20),
        ("number of inner widths of stage \(index)", stage.inner.count, 3...3),
      ]
      sizes += stage.inner.map { ("inner width of stage \(index)", $0, 1...65_536) }
      members = stage.groups
    }
    for (name, size, bounds) in sizes where !bounds.contains(size) {
      throw EncoderError(
        what: "a \(name) of \(size) is out of bounds", where: file,
        hint: "it must be between \(bounds.lowerBound) and \(bounds.upperBound)")
    }
    for (index, stage) in stages.enumerated() where stage.width % heads != 0 {
      throw EncoderError(
        what: "\(heads) heads do not divide the width \(stage.width) of stage \(index)",
        where: file, hint: "the number of heads is that of the published model")
    }
    return self
  }

  private func has(_ sense: Modality) -> Bool {
    sense == .points || bind.has(sense == .event ? .image : sense)
  }
}
