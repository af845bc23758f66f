/// A defence that works at inference, as its hyper-parameters.
public protocol InferenceDefense: Codable, Hashable, Sendable {
  /// The name in the table of defences.
  static var name: String { get }

  /// The attacks, beyond the white-box ones, that this defence must face to be believed.
  var adaptiveAttacks: [AttackRecipe] { get }
}
