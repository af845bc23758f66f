import ArgumentParser
import Holdfast

/// The options of one hardening.
struct HardenOptions: ParsableArguments {
  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "A defence, with its options: r-adapt:alpha=1.2,beta=-0.8,d0=40.",
      valueName: "name[:key=value,…]"), completion: .list(DefenseTable.entries.map(\.name)))
  var method: String

  @Option(
    help: ArgumentHelp(
      "A hardened model of the same shape to learn from (an adversarially fine-tuned one).",
      valueName: "model"), completion: .model)
  var guide: String?

  @Option(
    help: ArgumentHelp(
      "A modality to harden, such as image or audio; may be repeated. By default all that can be.",
      valueName: "modality"), completion: .senses, transform: parseSense)
  var modality: [Modality] = []

  @Option(help: ArgumentHelp("The bundle's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @OptionGroup(title: "Training") var training: TrainingOptions

  /// The request that the options describe.
  ///
  /// - Throws: `UsageError` for a word that means nothing.
  func request() throws(UsageError) -> HardenRequest {
    var request = HardenRequest(model: modelOptions.model, method: method, output: output)
    request.model = modelOptions.request
    request.guide = guide
    request.modalities = modality
    request.training = try training.request()
    return request
  }
}
