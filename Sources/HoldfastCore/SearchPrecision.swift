/// The element type that attacks search in.
///
/// Losses, the state of an attack and the test of every success are in float32 whatever it is.
public enum SearchPrecision: String, Codable, Hashable, Sendable, CaseIterable {
  /// Everything in float32.
  case float32
  /// Screens in bfloat16, all other attacks in float32: as strong as float32.
  case mixed
  /// The whole search in bfloat16, but for attacks that need float32 (``Attack/needsFloat32``).
  case bfloat16 = "bf16"
}
