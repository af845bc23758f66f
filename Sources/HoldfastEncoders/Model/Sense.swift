public import HoldfastCore
public import HoldfastLayers
public import HoldfastMedia

/// One modality of a model: its tower as its parameters, how its inputs are made, and how its
/// cosines are scaled.
public struct Sense {
  /// The tower, bare.
  public let encoder: any Encoder
  /// How a file becomes what the tower takes.
  ///
  /// Normalisation is not part of it; the tower owns that.
  public let preparation: any Preparation
  /// The factor on cosines with anchors.
  public let scale: Double
  /// The classes whose logits its embeddings are; nil for an encoder into a space.
  public let classes: ClassOutputs?
  /// Every parameter of the tower, by the model's names; the tower shares these tensors.
  public let parameters: ParameterStore
  /// The name of the tower's trunk in the model, such as `vision`: modalities of one model with the
  /// same trunk share its parameters.
  public let trunk: String
  /// The tower over other parameters of the same names and shapes, which it shares, in their
  /// element type: of ``parameters``, the same embeddings to the bit.
  ///
  /// Throws `CheckpointError` with every parameter that is missing, left over or mis-shaped, and
  /// ``EncoderError`` for a tower whose parameters cannot be exchanged.
  public let rebuilt: (ParameterStore) throws -> any Encoder

  /// A modality of the given parts.
  public init(
    encoder: any Encoder, parameters: ParameterStore, trunk: String,
    preparation: any Preparation, scale: Double, classes: ClassOutputs? = nil,
    rebuilt: @escaping (ParameterStore) throws -> any Encoder
  ) {
    self.encoder = encoder
    self.parameters = parameters
    self.trunk = trunk
    self.preparation = preparation
    self.scale = scale
    self.classes = classes
    self.rebuilt = rebuilt
  }

  /// A modality whose tower asks a place for its parameters, as layers do.
  ///
  /// - Parameters:
  ///   - parameters: those of the whole model; the modality keeps what the tower asks for.
  ///   - tower: the tower at the root of the model's names.
  /// - Throws: what `tower` throws; `CheckpointError` with every parameter that is missing or
  ///   mis-shaped.
  public init(
    of parameters: ParameterStore, trunk: String, preparation: any Preparation, scale: Double,
    tower: @escaping (ParameterScope) throws -> any Encoder
  ) throws {
    func build(
      _ store: ParameterStore, allowing: [String]
    ) throws -> (encoder: any Encoder, parameters: ParameterStore) {
      let loader = try ParameterLoader(StoreSource(store))
      let encoder = try tower(loader.root)
      return (encoder, try loader.finish(allowing: allowing))
    }
    let own = try build(parameters, allowing: ["*"])
    self.init(
      encoder: own.encoder, parameters: own.parameters, trunk: trunk, preparation: preparation,
      scale: scale, rebuilt: { try build($0, allowing: []).encoder })
  }

  /// The tower as its parameters.
  public var tower: Tower { Tower(parameters: parameters, rebuilt: rebuilt) }

  /// Which modality it is.
  public var modality: Modality { encoder.modality }
}
