public import HoldfastCore

/// The sizes of one tower that is bound to the space of a frozen CLIP model.
///
/// A folder of the family TinyBind is a CLIP folder with one folder `towers/<sense>` for each further
/// sense; this is the `config.json` in it.
public struct TinyBindConfiguration: Codable, Hashable, Sendable {
  /// A sense, and how large its inputs are.
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

  /// What stands between an input and its embedding.
  public enum Tower: Codable, Hashable, Sendable {
    /// A transformer over patches of a grid: their sides along the last axes of the input, such as
    /// rows and columns, or frames, rows and columns.
    case grid(patch: [Int], width: Int, layers: Int, heads: Int)
    /// Layers on every point by itself and on what is largest over all points.
    case points(width: Int, features: Int)
  }

  /// The sense.
  public var sense: Sense
  /// The tower.
  public var tower: Tower
  /// The width of the space.
  public var projection: Int

  /// A tower of the given sizes.
  public init(sense: Sense, tower: Tower, projection: Int) {
    self.sense = sense
    self.tower = tower
    self.projection = projection
  }

  /// The sense, by its name.
  public var modality: Modality {
    switch sense {
    case .audio: .audio
    case .video: .video
    case .thermal: .thermal
    case .event: .event
    case .points: .points
    }
  }

  /// The sizes that suit the built-in scenes and small recordings; none for a sense that has no
  /// tower here.
  ///
  /// - Parameter projection: the width of the space.
  public static func small(_ modality: Modality, projection: Int) -> TinyBindConfiguration? {
    func grid(_ sense: Sense, _ patch: [Int]) -> TinyBindConfiguration {
      TinyBindConfiguration(
        sense: sense, tower: .grid(patch: patch, width: 96, layers: 4, heads: 3),
        projection: projection)
    }
    return switch modality {
    case .audio: grid(.audio(mels: 64, rate: 16_000, seconds: 1), [16, 7])
    case .video: grid(.video(frames: 8, side: 48), [4, 8, 8])
    case .thermal: grid(.thermal(side: 48), [8, 8])
    case .event: grid(.event(side: 64), [8, 8])
    case .points:
      TinyBindConfiguration(
        sense: .points(count: 512), tower: .points(width: 128, features: 256),
        projection: projection)
    default: nil
    }
  }

  /// The senses that can have a tower.
  public static let modalities: [Modality] = [.video, .audio, .thermal, .points, .event]
}
