public import HoldfastCore
public import HoldfastText

extension PromptTemplates {
  /// The default template of a modality.
  ///
  /// Pictures, clips and all that is read as a picture are photos, as in CLIP; sounds are as
  /// LanguageBind names them (specs: models and data, section 3.1).
  public static func standard(for modality: Modality) -> PromptTemplates {
    modality == .audio ? .sound : .standard
  }
}
