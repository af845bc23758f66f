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

  /// As ``fit(to:guide:)``, for methods that also read texts.
  ///
  /// - Parameter texts: texts to embeddings in the model's space, not normalised `(B, D)`; none for
  ///   a model without a text tower.
  func fit(
    to encoder: any Encoder, guide: (any Encoder)?, texts: (([String]) throws -> Tensor)?
  ) throws -> [String: Tensor]

  /// The defended encoder.
  func wrap(_ encoder: any Encoder, fitted: [String: Tensor]) throws -> any Encoder

  /// The attacks, beyond the white-box ones, that this defence must face to be believed.
  ///
  /// - Parameter steps: the steps of each run of an attack that takes steps.
  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AttackRecipe]

  /// The defence that adaptive attacks search in, where that is another: one of the same tensors
  /// whose gradient says more (BPDA: Athalye et al., 2018).
  ///
  /// Each success is tested on this defence.
  var substitute: (any InferenceDefense)? { get }
}

extension InferenceDefense {
  /// What ``fit(to:guide:)`` gives.
  public func fit(
    to encoder: any Encoder, guide: (any Encoder)?, texts: (([String]) throws -> Tensor)?
  ) throws -> [String: Tensor] {
    try fit(to: encoder, guide: guide)
  }

  /// None.
  public var substitute: (any InferenceDefense)? { nil }
}
