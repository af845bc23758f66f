import Foundation
import HoldfastCore
import HoldfastData
import HoldfastText

/// What the audits of all modalities of a request for classification share.
struct ClassificationMaterials {
  /// The evaluation preset; nil for none.
  let preset: EvaluationPreset?
  /// The class names that were given; nil for those of the data.
  let classes: [String]?
  /// The anchors in place of prompts, or how prompts are reduced; nil for the mean of prompts.
  let anchors: AnchorFile?
  /// The embedding that attacks aim at; nil when none is given.
  let goal: GoalFile?
  /// Whether there is one audit.
  let isAlone: Bool
}

extension ResolvedClassification {
  /// The audits of a request: one for each modality of each data set.
  static func all(
    _ request: AuditRequest, by engine: Engine
  ) throws -> [ResolvedClassification] {
    let preset = try request.evaluationPreset()
    let arguments = try request.data.flatMap { text in
      try about(fileOf: "data") { try DataArgument(text).bySense() }
    }
    guard request.data.count == 1 || request.classes == nil else {
      throw UsageError(
        "--classes goes with one --data, and there are \(request.data.count)",
        hint: "give data that names its classes, or audit one at a time", option: "classes")
    }
    let classes = try request.classes.map { path in
      try about(fileOf: "classes") {
        try ClassNames(contentsOf: URL(fileURLWithPath: path)).names
      }
    }
    let place = try AttackPlace(request.attackAt) {
      try arguments[0].open(request.selection, classes: classes, for: .image)
    }
    let model = try engine.load(request.model, modality: arguments[0].modality, at: place)
    let goal = try request.goal.map { path in
      try about(fileOf: "goal") { try GoalFile(at: path) }
    }
    let shared = ClassificationMaterials(
      preset: preset, classes: classes, anchors: try request.anchorFile(), goal: goal,
      isAlone: arguments.count == 1)
    return try arguments.map { argument in
      try ResolvedClassification(
        of: model.sense(argument.modality ?? model.modality), on: argument, request, shared,
        observer: engine.observer)
    }
  }
}
