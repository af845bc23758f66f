import ArgumentParser
import Holdfast

/// The anchors of the classes, in place of their names in sentences.
struct AnchorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The anchors of the classes, in place of prompts: texts for each class in a .json, or "
        + "embeddings of each in a safetensors file or a pickle, such as UniBind's centres.",
      valueName: "file"), completion: .file())
  var anchors: String?

  @Option(
    help: ArgumentHelp(
      "How several anchors of a class become its logit: mean (their mean) or nearest (the nearest "
        + "of all).", valueName: "mean|nearest"), completion: .list(["mean", "nearest"]))
  var anchorReduction = AnchorBank.Reduction.mean.rawValue

  /// How several anchors of a class become its logit.
  var reduction: AnchorBank.Reduction {
    get throws(UsageError) {
      try choose(AnchorBank.Reduction.self, anchorReduction, option: "anchor-reduction")
    }
  }

  /// The anchors that were asked for; nil for prompts.
  ///
  /// - Throws: `UsageError` for an unknown reduction, and beside prompt templates.
  func file(besideTemplates hasTemplates: Bool) throws(UsageError) -> AnchorFile? {
    var request = AuditRequest(model: "")
    request.anchors = anchors
    request.anchorReduction = try reduction
    request.templates = hasTemplates ? "" : nil
    return try request.anchorFile()
  }
}
