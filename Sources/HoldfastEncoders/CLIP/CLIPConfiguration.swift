public import HoldfastTensor

/// The sizes of a CLIP model with a vision transformer (Radford et al., 2021).
public struct CLIPConfiguration: Codable, Hashable, Sendable {
  /// The sizes of the vision tower.
  public struct Vision: Codable, Hashable, Sendable {
    /// Tokens are vectors of this width.
    public var width: Int
    /// How many blocks there are.
    public var layers: Int
    /// How many heads each attention has.
    public var heads: Int
    /// The width inside each MLP.
    public var hidden: Int
    /// The side of a patch in pixels.
    public var patch: Int
    /// The side of the image in pixels.
    public var image: Int
    /// The non-linearity of each MLP.
    public var activation: Activation
    /// The epsilon of each layer normalisation.
    public var epsilon: Double

    /// Patches along a side; pixels beyond the last whole patch are not seen.
    public var grid: Int { image / patch }

    /// A tower of the given sizes; the MLPs are four times as wide as the tokens if not said.
    public init(
      width: Int, layers: Int, heads: Int, hidden: Int? = nil, patch: Int, image: Int,
      activation: Activation = .quickGELU, epsilon: Double = 1e-5
    ) {
      self.width = width
      self.layers = layers
      self.heads = heads
      self.hidden = hidden ?? 4 * width
      self.patch = patch
      self.image = image
      self.activation = activation
      self.epsilon = epsilon
    }
  }

  /// The sizes of the text tower.
  public struct Text: Codable, Hashable, Sendable {
    /// Which token a text is read at.
    public enum EndToken: Codable, Hashable, Sendable {
      /// The largest id of the text, OpenAI's rule.
      case largest
      /// The first token with this id.
      case id(Int)
    }

    /// Tokens are vectors of this width.
    public var width: Int
    /// How many blocks there are.
    public var layers: Int
    /// How many heads each attention has.
    public var heads: Int
    /// The width inside each MLP.
    public var hidden: Int
    /// How many ids there are.
    public var vocabulary: Int
    /// The most tokens a text may have.
    public var context: Int
    /// The non-linearity of each MLP.
    public var activation: Activation
    /// The epsilon of each layer normalisation.
    public var epsilon: Double
    /// Which token the embedding is read at.
    public var endToken: EndToken

    /// A tower of the given sizes; the MLPs are four times as wide as the tokens if not said.
    public init(
      width: Int, layers: Int, heads: Int, hidden: Int? = nil, vocabulary: Int = 49408,
      context: Int = 77, activation: Activation = .quickGELU, epsilon: Double = 1e-5,
      endToken: EndToken = .largest
    ) {
      self.width = width
      self.layers = layers
      self.heads = heads
      self.hidden = hidden ?? 4 * width
      self.vocabulary = vocabulary
      self.context = context
      self.activation = activation
      self.epsilon = epsilon
      self.endToken = endToken
    }
  }

  /// The vision tower.
  public var vision: Vision
  /// The text tower.
  public var text: Text
  /// The width of the embeddings.
  public var projection: Int

  /// A model of the given sizes.
  public init(vision: Vision, text: Text, projection: Int) {
    self.vision = vision
    self.text = text
    self.projection = projection
  }
}

extension CLIPConfiguration {
  /// [ViT-B/32](https://huggingface.co/openai/clip-vit-base-patch32/blob/main/config.json).
  public static let vitB32 = base(patch: 32)

  /// [ViT-B/16](https://huggingface.co/openai/clip-vit-base-patch16/blob/main/config.json).
  public static let vitB16 = base(patch: 16)

  /// [ViT-L/14](https://huggingface.co/openai/clip-vit-large-patch14/blob/main/config.json).
  public static let vitL14 = large(image: 224)

  /// [ViT-L/14@336](https://huggingface.co/openai/clip-vit-large-patch14-336/blob/main/config.json).
  public static let vitL14At336 = large(image: 336)

  /// The presets, by the names they are known by.
  public static let presets: [(name: String, configuration: CLIPConfiguration)] = [
    ("ViT-B-32", vitB32), ("ViT-B-16", vitB16), ("ViT-L-14", vitL14), ("ViT-L-14-336", vitL14At336),
  ]

  private static func base(patch: Int) -> CLIPConfiguration {
    CLIPConfiguration(
      vision: Vision(width: 768, layers: 12, heads: 12, patch: patch, image: 224),
      text: Text(width: 512, layers: 12, heads: 8), projection: 512)
  }

  private static func large(image: Int) -> CLIPConfiguration {
    CLIPConfiguration(
      vision: Vision(width: 1024, layers: 24, heads: 16, patch: 14, image: image),
      text: Text(width: 768, layers: 12, heads: 12), projection: 768)
  }
}

extension CLIPConfiguration {
  /// Refuses sizes that no model has, before any memory is taken for them.
  ///
  /// - Throws: ``EncoderError`` that names the size.
  func checked(in file: String) throws(EncoderError) -> CLIPConfiguration {
    let sizes = [
      ("vision width", vision.width, 65_536), ("vision layers", vision.layers, 1024),
      ("vision heads", vision.heads, 1024), ("vision MLP width", vision.hidden, 1 << 20),
      ("patch size", vision.patch, 4096), ("image size", vision.image, 16_384),
      ("text width", text.width, 65_536), ("text layers", text.layers, 1024),
      ("text heads", text.heads, 1024), ("text MLP width", text.hidden, 1 << 20),
      ("vocabulary", text.vocabulary, 1 << 24), ("context length", text.context, 65_536),
      ("projection width", projection, 65_536),
    ]
    for (name, size, limit) in sizes where !(1...limit).contains(size) {
      throw EncoderError(
        what: "a \(name) of \(size) is out of bounds", where: file,
        hint: "it must be between 1 and \(limit)")
    }
    for (tower, width, heads) in [
      ("vision", vision.width, vision.heads), ("text", text.width, text.heads),
    ] where width % heads != 0 {
      throw EncoderError(
        what: "\(heads) heads do not divide the \(tower) width \(width)", where: file,
        hint: "check the number of attention heads")
    }
    guard vision.patch <= vision.image else {
      throw EncoderError(
        what: "a patch of \(vision.patch) pixels is larger than the image of \(vision.image)",
        where: file, hint: "check the patch and image size")
    }
    return self
  }
}
