import HoldfastCore
import HoldfastData
import HoldfastDefenses
import HoldfastEncoders
import HoldfastFormats
import HoldfastTensor
import HoldfastText

/// What stands for the classes in a training: a head, and the texts that methods ask for.
struct TrainingTexts {
  let context: TrainingContext
  /// The prompt templates of the head; empty when it is made of something else.
  let templates: [String]
  /// SHA-256 of the file of anchors; nil when there is none.
  let anchors: String?
  /// SHA-256 of the file of descriptions; nil when there is none.
  let captions: String?

  /// The texts of a request over the classes of the training data.
  ///
  /// Data without class names have no head, which methods without labels do without.
  init(_ request: TrainingRequest, of data: any DataSet, model: ModelSource) throws {
    var audit = AuditRequest(model: "")
    audit.templates = request.templates
    audit.anchors = request.anchors
    audit.anchorReduction = request.anchorReduction
    let file = try audit.anchorFile()
    anchors = try about(fileOf: "anchors") { try request.anchors.map(Checksum.sha256(ofFileAt:)) }
    captions = try about(fileOf: "captions") {
      try request.captions.map(Checksum.sha256(ofFileAt:))
    }
    let reader = model.model.text?.embed
    guard data.hasLabels, let names = data.classNames, names.count > 1,
      file != nil || model.model.text != nil || model.sense.classes != nil
    else {
      (context, templates) = (TrainingContext(texts: reader), [])
      return
    }
    let classes = try ClassNames(names).names
    let prompts = try about(fileOf: "templates") {
      try promptTemplates(file: request.templates, of: data, for: model.modality)
    }
    templates = file?.path == nil && model.model.text != nil ? prompts.texts : []
    context = TrainingContext(
      head: try model.bare(classes: classes, templates: prompts, anchors: file).head,
      classes: classes, texts: reader,
      captions: try about(fileOf: "captions") {
        try request.captions.map { try AnchorBank.descriptions(in: $0, for: classes) }
      })
  }
}
