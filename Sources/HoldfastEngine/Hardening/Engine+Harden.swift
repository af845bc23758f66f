import Foundation
import HoldfastCore
public import HoldfastDefenses
import HoldfastEncoders
import HoldfastRecords
import HoldfastTraining

extension Engine {
  /// Defends a model, with a training if the method needs one, and writes the result as a bundle.
  ///
  /// A training keeps its state in the folder `training` of the bundle's folder, and goes on from there
  /// when the same request is made again.
  ///
  /// - Returns: the bundle; its folder is that of the request.
  /// - Throws: `UsageError` for a request that cannot be met, `NotFiniteError` for a training that comes to
  ///   NaN or infinity.
  @discardableResult
  public func harden(_ request: HardenRequest) throws -> DefenseBundle {
    try hardened(request).bundle
  }

  /// The bundle of a request, which is written, and what each training came to.
  func hardened(
    _ request: HardenRequest
  ) throws -> (bundle: DefenseBundle, outcomes: [Modality: TrainingOutcome]) {
    let (defense, model) = try opened(request)
    if let method = defense as? any TrainingDefense {
      return try train(method, request, on: model)
    }
    try request.refuseTraining()
    let guide = try request.guide.map { try ModelSource($0, device: model.encoder.device) }
    let senses =
      try request.modalities.isEmpty ? senses(of: model, for: defense) : request.modalities
    let bundle = try harden(model, senses, with: defense, guide: guide)
    try bundle.write(to: request.output)
    return (bundle, [:])
  }

  /// The method and the model of a request.
  func opened(
    _ request: HardenRequest
  ) throws -> (defense: any Defense, model: ModelSource) {
    let defense = try about("method") { () throws(UsageError) in
      try DefenseTable.defense(request.method, isGuided: request.guide != nil)
    }
    guard request.model.vision == nil else {
      throw UsageError(
        "--vision cannot be combined with harden",
        hint: "give the fine-tuned tower with --guide", option: "vision")
    }
    let model = try load(request.model)
    guard !absolute(request.output).hasPrefix("\(model.record.path)/") else {
      throw UsageError(
        "`\(request.output)` lies in the model that the defence goes around",
        hint: "name a folder beside it", option: "output")
    }
    return (defense, model)
  }

  /// The bundle of a defence around some modalities of a model, which may be a bundle itself.
  private func harden(
    _ model: ModelSource, _ senses: [Modality], with defense: any Defense, guide: ModelSource?
  ) throws -> DefenseBundle {
    var fitted: [Modality: Fitted] = [:]
    for sense in senses {
      let context = DefenseContext(
        model: try model.unhardened(sense), guide: try guide?.sense(sense).subject,
        texts: model.model.text?.embed)
      fitted[sense] = try defense.fit(context)
    }
    return DefenseBundle(
      base: try model.reference(),
      layers: [
        DefenseLayer(
          defense, fitted: fitted,
          guide: guide.map { .init(path: $0.path, files: $0.record.files) })
      ])
  }

  /// All modalities around which the defence can go; the others are named.
  private func senses(of model: ModelSource, for defense: any Defense) throws -> [Modality] {
    let fitting = try model.model.modalities.filter { sense in
      let subject = try model.unhardened(sense)
      return (try? defense.check(subject)) != nil
    }
    guard !fitting.isEmpty else {
      try defense.check(model.subject)
      return []
    }
    let left = model.model.modalities.filter { !fitting.contains($0) }
    if !left.isEmpty {
      observer.say(
        "Left as they are, since the defence cannot go around them: "
          + left.map(\.rawValue).joined(separator: ", "))
    }
    return fitting
  }
}

extension ModelSource {
  /// What a bundle around this model refers to.
  func reference() throws -> DefenseBundle.Reference {
    try defenses == nil
      ? DefenseBundle.Reference(path: path, files: record.files)
      : DefenseBundle.reference(to: record.path)
  }

  /// A modality as a further defence finds it: with the defences that it has, without a head.
  func unhardened(_ name: Modality) throws -> Subject {
    if let defenses, !defenses.senses.contains(name), let sense = model[name] {
      return sense.subject()
    }
    return try sense(name).subject
  }
}

/// A path from the root, without `.` and `..`.
private func absolute(_ path: String) -> String {
  URL(fileURLWithPath: path).standardizedFileURL.path
}
