import ArgumentParser
import Holdfast

/// What stands for the classes where it is not their names in sentences.
struct AnchorOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What stands for the classes in place of prompts: texts for each class in a .json, or "
        + "embeddings of each in a safetensors file or a pickle, as UniBind's centres.",
      valueName: "file"), completion: .file())
  var anchors: String?

  @Option(
    help: ArgumentHelp(
      "How several anchors of a class become its logit: mean (their mean) or nearest (the nearest "
        + "of all).", valueName: "mean|nearest"), completion: .list(["mean", "nearest"]))
  var anchorReduction = AnchorBank.Reduction.mean.rawValue

  /// The anchors that were asked for; none for prompts.
  ///
  /// - Throws: `UsageError` for an unknown reduction, and beside prompt templates.
  func file(besideTemplates hasTemplates: Bool = false) throws -> AnchorFile? {
    guard let reduction = AnchorBank.Reduction(rawValue: anchorReduction) else {
      throw UsageError(
        "`\(anchorReduction)` is no way to reduce anchors", hint: "use mean or nearest")
    }
    guard let anchors else {
      return reduction == .mean ? nil : AnchorFile(path: nil, reduction: reduction)
    }
    guard !hasTemplates else {
      throw UsageError(
        "--templates says how prompts are made, and --anchors takes their place",
        hint: "leave one of them out")
    }
    return AnchorFile(path: anchors, reduction: reduction)
  }
}

/// A file of anchors, or the prompts of each class, and how they become logits.
struct AnchorFile {
  /// The file; none for prompts.
  let path: String?
  /// How several anchors of a class become its logit.
  let reduction: AnchorBank.Reduction

  /// What a record says about it.
  func record() throws -> AnchorRecord {
    AnchorRecord(
      path: path, sha256: try path.map(Checksum.sha256(ofFileAt:)), reduction: reduction.rawValue)
  }

  /// Where the anchors come from.
  func source(_ templates: PromptTemplates) -> AnchorSource {
    path.map(AnchorSource.file) ?? .templates(templates)
  }
}
