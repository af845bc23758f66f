import ArgumentParser
import Holdfast

/// Somebody else's evaluation on the command line.
struct PresetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Evaluate as clip-benchmark, ttc or csr does.",
      discussion: """
        clip-benchmark: the model's own resize, the data's own templates. ttc: short side 256 \
        bilinear, crop 224, one prompt (ttc:pets for that of a set). csr: squashed to 224, one prompt, \
        1000 samples of seed 42. What a preset fixes cannot be given besides.
        """, valueName: "name"), completion: .list(EvaluationPreset.Source.allCases.map(\.rawValue))
  )
  var preset: String?

  /// What was asked for, once nothing that it fixes was given.
  func parsed(
    _ given: [(option: String, isGiven: Bool)], seed: UInt64
  ) throws -> EvaluationPreset? {
    guard let preset = try preset.map(EvaluationPreset.init) else { return nil }
    try preset.check(given + [("--seed \(seed)", seed != 0 && seed != preset.seed)])
    return preset
  }
}
