public import HoldfastAttacks
public import HoldfastCore
public import HoldfastRecords
public import HoldfastTensor

/// What an audit does: the models, the attacks of each protocol, and the threat model.
public struct AuditPlan {
  /// The model that is audited, with every defence that is part of it.
  public var subject: Subject
  /// The same model in bfloat16 if ``precision`` asks for it; else nil.
  public var search: Subject?
  /// The substitutes that adaptive attacks search in, by the attack's name; attacks without one
  /// search in the audited model.
  ///
  /// Each success is tested on the audited model.
  public var substitutes: [String: Subject] = [:]
  /// The precision in which white-box and adaptive attacks search.
  public var precision = SearchPrecision.float32
  /// The model that transfer inputs are made on; nil if there is none.
  public var transferSource: Subject?
  /// The embedding that attacks with a goal aim at: `(1, D)`; nil if there is none.
  public var goal: Tensor?
  /// The target class of a sample; nil for untargeted attacks.
  ///
  /// The attacks are those that ``HoldfastCore/AttackRecipe/towardsTarget()`` gives.
  public var target: TargetRule?
  /// The attacks of the protocols that are run; `transfer-png` shares those of `transfer`.
  public var attacks: [AuditProtocol: [AttackRecipe]]
  /// How perturbations are measured.
  public var norm: Norm
  /// The radii, ascending.
  public var radii: [Radius]
  /// Whether the radii of a sample share successes.
  public var budgets: Budgets
  /// The most samples that share a batch.
  public var slots: Int
  /// The seed of all noise.
  public var seed: UInt64

  /// A plan that runs nothing but the clean protocol until ``attacks`` are added.
  public init(
    subject: Subject, transferSource: Subject? = nil, goal: Tensor? = nil,
    attacks: [AuditProtocol: [AttackRecipe]] = [:], norm: Norm = .linf, radii: [Radius],
    budgets: Budgets = .nested, slots: Int = 32, seed: UInt64 = 0
  ) {
    self.subject = subject
    self.transferSource = transferSource
    self.goal = goal
    self.attacks = attacks
    self.norm = norm
    self.radii = radii.sorted()
    self.budgets = budgets
    self.slots = max(1, slots)
    self.seed = seed
  }

  /// When a sample may leave an attack of a protocol.
  public func stop(of name: AuditProtocol, keepsExamples: Bool) -> StopRule {
    name == .transfer || keepsExamples ? .fullBudget : .firstSuccess
  }

  /// The model that an attack of a protocol searches in; nil when it is the one whose answers count:
  /// the audited model, or the transfer source.
  func search(of recipe: AttackRecipe, in name: AuditProtocol) -> Subject? {
    substitute(of: recipe, in: name) ?? (searchesInBFloat16(recipe, in: name) ? search : nil)
  }

  /// Whether an attack of a protocol searches in bfloat16.
  public func searchesInBFloat16(_ recipe: AttackRecipe, in name: AuditProtocol) -> Bool {
    guard name != .transfer, substitute(of: recipe, in: name) == nil else { return false }
    return recipe.searchesInBFloat16(at: precision)
  }

  private func substitute(of recipe: AttackRecipe, in name: AuditProtocol) -> Subject? {
    name == .adaptive ? substitutes[recipe.name] : nil
  }

  /// Whether transfer examples can be stored as pictures: RGB in [0, 1].
  public var storesPictures: Bool {
    let input = subject.encoder.input
    return subject.encoder.modality == .image && input.shape.count == 3 && input.shape[0] == 3
      && input.range == 0...1
  }

  /// The protocols whose results are recorded, in the order they are reported.
  public var recorded: [AuditProtocol] {
    AuditProtocol.allCases.filter { name in
      switch name {
      case .clean: false
      case .transferPNG: isRun(.transfer) && storesPictures
      default: isRun(name)
      }
    }
  }

  private func isRun(_ name: AuditProtocol) -> Bool {
    !(attacks[name] ?? []).isEmpty && (name != .transfer || transferSource != nil)
  }
}
