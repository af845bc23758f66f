import HoldfastCore
public import HoldfastDefenses
import HoldfastEncoders
import HoldfastRecords

extension Engine {
  /// Puts a defence around a model, and writes it as a bundle.
  ///
  /// - Returns: the bundle; its folder is that of the request.
  @discardableResult
  public func harden(_ request: HardenRequest) throws -> DefenseBundle {
    let defense = try about("method") { () throws(UsageError) in
      try DefenseTable.defense(request.method, isGuided: request.guide != nil)
    }
    guard request.model.vision == nil else {
      throw UsageError(
        "--vision cannot be combined with harden",
        hint: "give the fine-tuned tower with --guide", option: "vision")
    }
    let model = try load(request.model)
    guard model.bundle == nil else {
      throw UsageError(
        "`\(request.model.model)` is a bundle already",
        hint: "harden the base checkpoint, \(model.path)", option: "model")
    }
    let guide = try request.guide.map { try ModelSource($0, device: model.encoder.device) }
    let senses =
      try request.modalities.isEmpty ? senses(of: model, for: defense) : request.modalities
    let bundle = try harden(model, senses, with: defense, guide: guide)
    try bundle.write(to: request.output)
    return bundle
  }

  /// The bundle of a defence around some senses of a model.
  private func harden(
    _ model: ModelSource, _ senses: [Modality], with defense: any InferenceDefense,
    guide: ModelSource?
  ) throws -> DefenseBundle {
    let fitted = try senses.map { sense in
      let teacher = try guide?.sense(sense).encoder
      return (
        sense,
        try defense.fit(
          to: model.sense(sense).encoder, guide: teacher, texts: model.model.text?.embed)
      )
    }
    return DefenseBundle(
      base: .init(path: model.path, files: model.record.files),
      guide: guide.map { .init(path: $0.path, files: $0.record.files) },
      defense: defense, fitted: Dictionary(fitted, uniquingKeysWith: { first, _ in first }))
  }

  /// All senses around which the defence can go; the others are named.
  private func senses(
    of model: ModelSource, for defense: any InferenceDefense
  ) throws -> [Modality] {
    let fitting = model.model.senses.filter { (try? defense.check($0.encoder)) != nil }
    guard !fitting.isEmpty else {
      try defense.check(model.encoder)
      return []
    }
    let left = model.model.modalities.filter { name in !fitting.contains { $0.modality == name } }
    if !left.isEmpty {
      observer.say(
        "Left as they are, since the defence cannot go around them: "
          + left.map(\.rawValue).joined(separator: ", "))
    }
    return fitting.map(\.modality)
  }
}
