import HoldfastCore
public import HoldfastEncoders
import HoldfastFormats
import HoldfastRecords
import HoldfastText

/// A file of anchors, or the prompts of each class, and how they become logits.
public struct AnchorFile: Hashable, Sendable {
  /// The file; nil for prompts.
  public let path: String?
  /// How several anchors of a class become its logit.
  public let reduction: AnchorBank.Reduction

  /// Anchors of a file, reduced to one logit for each class.
  public init(path: String?, reduction: AnchorBank.Reduction = .mean) {
    self.path = path
    self.reduction = reduction
  }

  /// What a record says about it.
  func record() throws -> AnchorRecord {
    AnchorRecord(
      path: path, sha256: try path.map(Checksum.sha256(ofFileAt:)), reduction: reduction.rawValue)
  }

  /// The source of the anchors.
  func source(_ templates: PromptTemplates) -> AnchorSource {
    path.map(AnchorSource.file) ?? .templates(templates)
  }
}
