public import HoldfastRecords

extension PlanRecord {
  /// One thing in which two plans can differ.
  public enum Part: String, CaseIterable, Sendable {
    /// The version of Holdfast.
    case version = "the version of Holdfast"
    /// The weights, or the defence around them.
    case model = "the model"
    /// The model that transfer examples are made on.
    case transferModel = "the model of the transfer protocol"
    /// Ids, labels and sizes, or how files become inputs.
    case data = "the data or its preprocessing"
    /// What the labels are called.
    case classes = "the class names"
    /// What the class names are put into.
    case templates = "the prompt templates"
    /// The file of the classes' anchors.
    case anchors = "the anchors of the classes"
    /// The space that attacks act in.
    case attackSpace = "the attacked space"
    /// How perturbations are measured.
    case norm = "the norm"
    /// How large they may be.
    case radii = "the radii"
    /// The protocols and their attacks.
    case protocols = "the protocols or their attacks"
    /// The target of the attacks.
    case goal = "the goal of the attacks"
    /// The target class of the attacks.
    case target = "the class that attacks aim at"
    /// Whether budgets are nested across radii.
    case budgets = "the budgets"
    /// The precision that attacks search in.
    case precision = "the precision"
    /// The seed of all noise.
    case seed = "the seed"
    /// The evaluation preset.
    case preset = "the preset"
    /// What an audit of retrieval ranks.
    case retrieval = "the attacked side or the retrieval index"
  }

  /// What differs between two plans, the same whatever the order of the two.
  public func differences(from other: PlanRecord) -> [Part] {
    Part.allCases.filter { !agrees(with: other, in: $0) }
  }

  private func agrees(with other: PlanRecord, in part: Part) -> Bool {
    switch part {
    case .version: holdfast == other.holdfast
    case .model: model == other.model
    case .transferModel: transferModel == other.transferModel
    case .data: data == other.data
    case .classes: classes == other.classes
    case .templates: templates == other.templates
    case .anchors: anchors == other.anchors
    case .attackSpace: attackSpace == other.attackSpace
    case .norm: norm == other.norm
    case .radii: radii == other.radii
    case .protocols: protocols == other.protocols
    case .goal: goal == other.goal
    case .target: target == other.target
    case .budgets: budgets == other.budgets
    case .precision: precision == other.precision
    case .seed: seed == other.seed
    case .preset: preset == other.preset
    case .retrieval: retrieval == other.retrieval
    }
  }
}
