public import HoldfastCore

/// A model as users name one: a tower for each of its modalities into one space, and what reads
/// texts.
public struct LoadedModel {
  /// The family it belongs to, such as `CLIP`.
  public let family: String
  /// Its modalities, each once; the first is used if none is named.
  public let senses: [Sense]
  /// What reads texts; nil when the files of a tokeniser or of a text tower are missing.
  public let text: (any TextEmbedder)?
  /// What stands for the classes by default; nil for their names in sentences.
  public let anchors: AnchorSource?

  /// A model of the given parts.
  public init(
    family: String, senses: [Sense], text: (any TextEmbedder)?, anchors: AnchorSource? = nil
  ) {
    self.family = family
    self.senses = senses
    self.text = text
    self.anchors = anchors
  }

  /// The tower of a modality; nil when the model does not have it.
  public subscript(_ modality: Modality) -> Sense? {
    senses.first { $0.modality == modality }
  }

  /// The modalities whose towers share the trunk of `sense`, itself among them: what changes the
  /// parameters of one changes all of these.
  public func modalities(sharing sense: Sense) -> [Modality] {
    senses.filter { $0.trunk == sense.trunk }.map(\.modality)
  }

  /// The modalities it has, in order.
  public var modalities: [Modality] { senses.map(\.modality) }
}
