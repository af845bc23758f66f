/// The release of Holdfast that this is.
public enum HoldfastVersion {
  /// The number, as records keep it.
  public static let number = "0.1.0"
}
