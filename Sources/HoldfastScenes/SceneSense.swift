/// The modalities by which a scene can be presented.
///
/// The raw values are the names that encoders give their modalities.
public enum SceneSense: String, CaseIterable, Codable, Hashable, Sendable {
  /// Drawn, by ``SceneDrawing``.
  case image
  /// Filmed, by ``SceneFilm``.
  case video
  /// Heard, by ``SceneSound``.
  case audio
  /// Felt as heat, by ``SceneHeat``.
  case thermal
  /// Sampled as points in space, by ``ScenePoints``.
  case points
  /// Seen as changes of brightness, by ``SceneEvents``.
  case event
  /// Told in words, by ``SceneCaptions``.
  case text

  /// The stream of randomness that the modality takes for its own; it never changes.
  var stream: UInt64 {
    switch self {
    case .image: 1
    case .text: 2
    case .video: 3
    case .audio: 4
    case .thermal: 5
    case .points: 6
    case .event: 7
    }
  }
}
