public import HoldfastTensor

/// A defence that works at inference, as its hyper-parameters.
///
/// What must be computed once from the model is computed by ``fit(to:guide:)`` and stored beside
/// the hyper-parameters; ``wrap(_:fitted:)`` puts the defence around the encoder.
public protocol InferenceDefense: Codable, Hashable, Sendable {
  /// The name in the table of defences.
  static var name: String { get }

  /// Refuses encoders that the defence cannot go around.
  func check(_ encoder: any Encoder) throws(UsageError)

  /// The tensors that the defence needs, by name.
  ///
  /// - Parameter guide: a hardened encoder of the same shape to learn from, for methods that can.
  func fit(to encoder: any Encoder, guide: (any Encoder)?) throws -> [String: Tensor]

  /// The defended encoder.
  func wrap(_ encoder: any Encoder, fitted: [String: Tensor]) throws -> any Encoder

  /// The attacks, beyond the white-box ones, that this defence must face to be believed.
  ///
  /// - Parameter steps: the steps of each run of an attack that takes steps.
  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AttackRecipe]
}
