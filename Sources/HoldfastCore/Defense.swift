public import HoldfastTensor

/// A defence, as its hyper-parameters.
///
/// ``fit(_:)`` computes once what the defence needs from the model; a bundle stores it beside the
/// hyper-parameters. ``apply(to:_:in:)`` turns a model into the defended one. The model itself is
/// left as it is, with the head it had, so that transfer examples are made on what an attacker
/// without knowledge of the defence would have.
public protocol Defense: Codable, Hashable, Sendable {
  /// The name in the table of defences.
  static var name: String { get }

  /// What the defence changes about the model, which may depend on its hyper-parameters; a wrapper by
  /// default.
  var kind: LayerKind { get }

  /// Refuses models that the defence cannot be applied to; by default it takes all.
  func check(_ subject: Subject) throws(UsageError)

  /// Computes the tensors of the defence once from the model; they are stored.
  func fit(_ context: DefenseContext) throws -> Fitted

  /// The defended model.
  ///
  /// - Parameters:
  ///   - subject: the model of `context`, or the same in another precision.
  ///   - fitted: what ``fit(_:)`` computed.
  /// - Throws: `UsageError` when `fitted` does not suit the model.
  func apply(
    to subject: Subject, _ fitted: Fitted, in context: DefenseContext
  ) throws -> Subject

  /// The attacks, beyond the white-box ones, that this defence must face to be believed; their names
  /// differ.
  ///
  /// - Parameters:
  ///   - input: the space that the attacker acts in.
  ///   - steps: the steps of each run of an attack that takes steps.
  func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack]
}

extension Defense {
  /// A wrapper by default.
  public var kind: LayerKind { .wrapper }

  /// Takes all models by default.
  public func check(_ subject: Subject) throws(UsageError) {}
}

/// What a layer of a hardened model changes.
public enum LayerKind: String, Codable, Hashable, Sendable, CaseIterable {
  /// Code before, inside or behind the tower, at inference.
  case wrapper
  /// Low-rank additions to the tower's weights.
  case adapters
  /// The defence changes the tower's weights.
  case tower
  /// The head.
  case head
  /// Learned tokens of the prompts.
  case prompt
  /// The vectors that stand for the classes.
  case anchors
}

/// The tensors that a defence computed from a model.
public struct Fitted {
  /// Tensors by name.
  public var tensors: [String: Tensor]
  /// The classes that the tensors are made for, in order; nil when they serve any classes.
  public var classes: [String]?

  /// Creates the fitted tensors of a defence.
  public init(_ tensors: [String: Tensor], classes: [String]? = nil) {
    self.tensors = tensors
    self.classes = classes
  }

  /// The tensor of a name; nil if there is none.
  public subscript(_ name: String) -> Tensor? { tensors[name] }
}

/// What a defence may be fitted on.
public struct DefenseContext {
  /// The model that the defence is applied to, without it, in float32.
  ///
  /// When hardening its classes are not known, and it has no head.
  public var model: Subject
  /// A hardened model of the same shape; nil if none was given.
  public var guide: Subject?
  /// Texts to embeddings in the model's space, not normalised: `(B, D)`; nil for a model without a
  /// text tower.
  public var texts: (([String]) throws -> Tensor)?
  /// The names of the classes, in the order of the head; nil when they are not known.
  public var classes: [String]?

  /// A model, and what else there is.
  public init(
    model: Subject, guide: Subject? = nil, texts: (([String]) throws -> Tensor)? = nil,
    classes: [String]? = nil
  ) {
    self.model = model
    self.guide = guide
    self.texts = texts
    self.classes = classes
  }
}

/// An attack that knows a defence, and what it searches in.
public struct AdaptiveAttack: Sendable {
  /// The attack.
  public let recipe: AttackRecipe
  /// The defence that the attack searches in, applied with the same fitted tensors: one whose gradient
  /// says more (BPDA: Athalye et al., 2018).
  ///
  /// Nil when the attack searches in the defence itself. Each success is tested on the defence in
  /// any case.
  public let substitute: (any Defense)?

  /// An attack that searches in the defence, or in `substitute`.
  public init(_ recipe: AttackRecipe, in substitute: (any Defense)? = nil) {
    self.recipe = recipe
    self.substitute = substitute
  }
}
