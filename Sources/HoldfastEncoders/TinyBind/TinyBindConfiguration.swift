public import HoldfastCore

/// The sizes of one tower that is bound to the space of a frozen CLIP model.
///
/// A folder of the family TinyBind is a CLIP folder with one folder `towers/<modality>` for each
/// further modality; this is the `config.json` in it.
public struct TinyBindConfiguration: Codable, Hashable, Sendable {
  /// A modality, and how large its inputs are.
  public enum Sense: Codable, Hashable, Sendable {
    /// Log mel spectrograms of the first `seconds` of a sound at `rate` Hz.
    case audio(mels: Int, rate: Int, seconds: Double)
    /// Clips of `frames` RGB pictures.
    case video(frames: Int, side: Int)
    /// Pictures of heat, one channel.
    case thermal(side: Int)
    /// Events as RGB pictures.
    case event(side: Int)
    /// Clouds of points.
    case points(count: Int)
  }

  /// What the tokens of an input are.
  public enum Tokens: Codable, Hashable, Sendable {
    /// Patches of a grid: their sides along the last axes of the input, such as rows and columns,
    /// or frames, rows and columns.
    case patches(sides: [Int])
    /// Groups of points: their number, and the points in each.
    case groups(count: Int, neighbours: Int)
  }

  /// The transformer that stands between the tokens and the embedding.
  public struct Tower: Codable, Hashable, Sendable {
    /// How an input is cut into tokens.
    public var tokens: Tokens
    /// Tokens are vectors of this width.
    public var width: Int
    /// How many blocks there are.
    public var layers: Int
    /// How many heads each attention has.
    public var heads: Int

    /// A transformer of the given sizes.
    public init(tokens: Tokens, width: Int, layers: Int, heads: Int) {
      self.tokens = tokens
      self.width = width
      self.layers = layers
      self.heads = heads
    }
  }

  /// The modality.
  public var sense: Sense
  /// The tower.
  public var tower: Tower
  /// The width of the space.
  public var projection: Int
  /// Whether an input is brought to mean 0 along its last axis and to deviation 1 first, as suits
  /// recordings by different microphones; nil means false.
  public var standardizes: Bool?

  /// A tower of the given sizes.
  public init(sense: Sense, tower: Tower, projection: Int, standardizes: Bool? = nil) {
    self.sense = sense
    self.tower = tower
    self.projection = projection
    self.standardizes = standardizes
  }

  /// The modality, by its name.
  public var modality: Modality {
    switch sense {
    case .audio: .audio
    case .video: .video
    case .thermal: .thermal
    case .event: .event
    case .points: .points
    }
  }

  /// The sizes that suit the built-in scenes and small recordings; nil for a modality without a
  /// small tower.
  ///
  /// - Parameter projection: the width of the space.
  public static func small(_ modality: Modality, projection: Int) -> TinyBindConfiguration? {
    func tower(_ sense: Sense, _ tokens: Tokens, layers: Int = 4) -> TinyBindConfiguration {
      TinyBindConfiguration(
        sense: sense, tower: Tower(tokens: tokens, width: 96, layers: layers, heads: 3),
        projection: projection)
    }
    return switch modality {
    case .audio: tower(.audio(mels: 64, rate: 16_000, seconds: 1), .patches(sides: [16, 7]))
    case .video: tower(.video(frames: 8, side: 48), .patches(sides: [4, 8, 8]))
    case .thermal: tower(.thermal(side: 48), .patches(sides: [8, 8]))
    case .event: tower(.event(side: 48), .patches(sides: [8, 8]))
    case .points: tower(.points(count: 512), .groups(count: 32, neighbours: 24), layers: 3)
    default: nil
    }
  }

  /// The modalities that can have a tower.
  public static let modalities: [Modality] = [.video, .audio, .thermal, .points, .event]
}
