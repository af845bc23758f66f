import HoldfastAttacks
public import HoldfastCore
public import HoldfastLayers
import HoldfastTensor
public import HoldfastTraining

/// A defence that is trained on data: it changes weights of a tower, and costs nothing at inference.
///
/// A method says what it needs, in which stages it trains and against which inner attacks, and the
/// terms of its loss. ``AdversarialLesson`` does the rest, for every method and every tower.
public protocol TrainingDefense: Defense {
  /// The part of the tower that is trained.
  var trains: TrainedPart { get set }

  /// How the inputs that it trains on are searched for.
  var inner: InnerSearch { get set }

  /// What it needs beside inputs.
  var needs: Set<TrainingNeed> { get }

  /// Its stages, in order; their shares add up to 1.
  var stages: [TrainingStage] { get }

  /// How leaves are moved, unless the user says otherwise.
  var optimization: Optimization { get }

  /// How long it trains, unless the user says otherwise.
  var length: TrainingLength { get }

  /// The encoder that it puts around the tower, in training and after; nil when it puts none, as by
  /// default.
  var wrapper: ((any Encoder) -> any Encoder)? { get }

  /// The anchors that it trains under, made once; by default the head that it is given.
  ///
  /// - Throws: `UsageError` when something that it needs is missing.
  func prepare(_ context: TrainingContext) throws -> TrainingHead

  /// The terms of the loss, each a mean over the samples of `step`.
  func terms(_ step: TrainingStep) throws -> [Term]

  /// The head of the hardened model, in the place of the model's own; by default that itself.
  ///
  /// - Parameter fitted: what the training kept.
  func head(_ head: Head, _ fitted: Fitted) throws -> Head
}

/// What a training needs beside inputs.
public enum TrainingNeed: String, Codable, Hashable, Sendable, CaseIterable {
  /// The class of each sample, and anchors for the classes.
  case labels
  /// A text tower, for prompts of its own about the classes.
  case texts
  /// Several descriptions of each class.
  case captions
  /// A tower that shows its tokens in the space of the anchors.
  case tokens
}

extension TrainingDefense {
  /// Adapters, or weights of the tower.
  public var kind: LayerKind { trains.kind }

  /// By default nil.
  public var wrapper: ((any Encoder) -> any Encoder)? { nil }

  /// The head that it is given.
  public func prepare(_ context: TrainingContext) throws -> TrainingHead {
    TrainingHead(context.head)
  }

  /// The model's own head.
  public func head(_ head: Head, _ fitted: Fitted) throws -> Head { head }

  /// Fails: the tensors come from a training.
  public func fit(_ context: DefenseContext) throws -> Fitted {
    throw UsageError(
      "\(Self.name) learns from data", hint: "name the data to train on with --data")
  }

  /// As ``checkTower(_:)``.
  public func check(_ subject: Subject) throws(UsageError) { try checkTower(subject) }

  /// Refuses models with something around their tower, and towers that do not show the tokens that
  /// the method needs.
  public func checkTower(_ subject: Subject) throws(UsageError) {
    guard subject.answersByEncoder, subject.tower != nil else {
      throw UsageError(
        "\(Self.name) changes the weights of a tower, and this model has something around its own",
        hint: "harden the checkpoint with \(Self.name) first, and put other defences around that")
    }
    guard needs.contains(.tokens) else { return }
    do {
      let encoder = subject.encoder
      let zeros = try Tensor.zeros([1] + encoder.input.shape, device: encoder.device)
      _ = try withoutGradients { () throws(TorchError) in try encoder.tokens(of: zeros) }
    } catch {
      throw UsageError(
        "\(Self.name) needs the tokens of the tower, and this one does not show them: "
          + error.message, hint: "take a method without token maps, such as tecoa")
    }
  }

  /// Auto-PGD on the distance of the embedding from the clean one, which needs no label (specs:
  /// defences, section 7); all gradients are exact.
  public func adaptiveAttacks(on input: InputSpec, steps: Int) -> [AdaptiveAttack] {
    [
      AdaptiveAttack(
        AttackRecipe(
          name: "apgd-embedding-l2", attack: APGD(steps: steps),
          objective: SquaredEmbeddingDistance()))
    ]
  }
}
