import HoldfastAttacks
import HoldfastAudit
import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastMedia
import HoldfastRecords

/// What a request means for one task: the data, the head, and what only this task knows.
///
/// ``ResolvedAudit`` builds an audit around it, in the same steps for every task.
protocol ResolvedTask {
  var request: AuditRequest { get }
  /// The audited model.
  var model: ModelSource { get }
  /// The audited model without its defence, at its own input and under the head of the task.
  var bare: Subject { get }
  /// The samples.
  var data: any DataSet { get }
  /// How files become the model's inputs.
  var preparation: any Preparation { get }
  /// The attacks that the request asks for, towards its target if it has one.
  var attacks: [AttackRecipe] { get }
  /// The names of classes or partners for the inputs that are kept.
  var savedNames: SavedExamples.Names { get }

  /// The class names that defences are made for; nil for a task without classes.
  var classes: [String]? { get }
  /// The embedding that attacks aim at; nil when none is given.
  var goal: GoalFile? { get }
  /// The target class of a sample; nil for untargeted attacks.
  var target: TargetRule? { get }
  /// How closely the attacks are checked.
  var checks: CheckChoice { get }
  /// The seed of all noise.
  var seed: UInt64 { get }
  /// Whether the request means this audit alone, and not one for each of several modalities.
  var isAlone: Bool { get }
  /// The run folder; nil for one that the plan names.
  var output: String? { get }

  /// A model that transfer inputs are made on: without its defence, and under the head that this task
  /// has for it.
  func bare(of source: ModelSource) throws -> Subject

  /// Those of the defence's own attacks that are run.
  func adaptive(_ attacks: [ModelSource.AdaptiveSearch]) throws -> [ModelSource.AdaptiveSearch]

  /// The task around a plan.
  func task(_ plan: AuditPlan) throws -> any AuditTask

  /// How a record calls the rule by which an input leaves the searches of an attack.
  func stop(of recipe: AttackRecipe, in name: AuditProtocol, of plan: AuditPlan) -> String

  /// What a record says about the data.
  func dataRecord() throws -> DataRecord

  /// Adds to the record of a plan what only this task has.
  func complete(_ record: inout PlanRecord) throws
}

extension ResolvedTask {
  var classes: [String]? { nil }
  var goal: GoalFile? { nil }
  var target: TargetRule? { nil }
  var checks: CheckChoice { request.checks }
  var seed: UInt64 { request.seed }
  var isAlone: Bool { true }
  var output: String? { request.output }
}
