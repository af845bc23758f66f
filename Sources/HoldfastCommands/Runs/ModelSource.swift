import Foundation
import Holdfast

/// A model that a user named, loaded, and one of its senses: bare, or behind the defence of a bundle.
struct ModelSource {
  /// What `--model` takes for the model that ships with the program.
  static let builtIn = "builtin"

  /// The path of the checkpoint.
  let path: String
  /// What a record says about it.
  let record: ModelRecord
  /// The bare model, with all its senses.
  let model: LoadedModel
  /// The sense that is meant, bare.
  let sense: Sense
  /// The sense's encoder in the space that is attacked, with every defence.
  let encoder: any Encoder
  /// How a file becomes what that encoder takes.
  let preparation: any Preparation
  /// Where an attack acts.
  let place: AttackPlace
  /// The bundle; none for a bare model.
  let bundle: DefenseBundle?

  /// Loads what `name` says: a folder, a file, `hf:org/repo`, `builtin`, or a bundle.
  ///
  /// - Parameters:
  ///   - modality: the sense that is meant; by default the model's first.
  ///   - place: where an attack acts.
  ///   - vision: a fine-tuned vision tower in place of the model's own.
  ///   - script: what was said about a model that is code.
  ///   - depthCamera: the camera that measures depth.
  init(
    _ name: String, modality: Modality? = nil, place: AttackPlace = .model, vision: String? = nil,
    script: ScriptChoice = .none, depthCamera: DepthCamera? = nil, device: Device
  ) throws {
    let given = try Self.resolve(name)
    let bundle = DefenseBundle.isBundle(given) ? try DefenseBundle(at: given) : nil
    if bundle != nil, vision != nil {
      throw UsageError(
        "--vision cannot be combined with a bundle, whose defence was made for its base",
        hint: "harden the base with that tower as its --guide, or audit the tower by itself")
    }
    let path = bundle?.base.path ?? given
    var files =
      try bundle.map { try Self.files(of: $0, script, at: given) } ?? ModelFiles.checksums(at: path)
    let model =
      try script.load(path, vision: vision, device: device)
      ?? script.loadKnown(
        path, vision: vision, depthCamera: depthCamera, device: device)
    if let vision {
      for (file, sum) in try ModelFiles.checksums(at: vision) { files["vision/\(file)"] = sum }
    }
    files.merge(try script.checksums()) { $1 }
    try self.init(
      path: path, record: ModelRecord(path: given, files: files, defense: bundle?.spelling),
      model: model, modality: modality, place: place, bundle: bundle)
  }

  private init(
    path: String, record: ModelRecord, model: LoadedModel, modality: Modality?,
    place: AttackPlace, bundle: DefenseBundle?
  ) throws {
    let known = model.modalities
    guard let sense = (modality ?? Self.default(of: model, bundle)).flatMap({ model[$0] })
    else {
      throw UsageError(
        "`\(record.path)` has no sense `\(modality?.rawValue ?? "")`",
        hint: "it has \(known.map(\.rawValue).joined(separator: ", "))"
          + (modality == .depth ? "; ImageBind's depth needs --depth-camera" : ""))
    }
    self.path = path
    self.record = record
    self.model = model
    self.sense = sense
    self.bundle = bundle
    self.place = place
    encoder = try place.put(bundle?.wrap(sense.encoder) ?? sense.encoder, sense.preparation)
    preparation = try place.preparation(sense.preparation)
  }

  /// The sense that is meant.
  var modality: Modality { sense.modality }

  /// The first sense, of those that a bundle hardens if there is one.
  private static func `default`(of model: LoadedModel, _ bundle: DefenseBundle?) -> Modality? {
    model.modalities.first { bundle?.fitted.keys.contains($0) ?? true }
  }

  /// A sense of the same model; attacked at another place than the model's own only where it is
  /// this one.
  func sense(_ modality: Modality) throws -> ModelSource {
    try ModelSource(
      path: path, record: record, model: model, modality: modality,
      place: modality == self.modality ? place : .model, bundle: bundle)
  }

  /// The subject: the encoder with a zero-shot head over class names.
  func subject(
    classes: [String], templates: PromptTemplates, anchors: AnchorFile? = nil
  ) throws -> Subject {
    Subject(encoder: encoder, head: try head(classes, templates, anchors))
  }

  /// The encoder in another element type, with the same defence and head.
  func subject(in dtype: DType, head: Head?) throws -> Subject {
    let bare = try sense.rebuilt(sense.parameters.cast(to: dtype))
    return Subject(
      encoder: try place.put(bundle?.wrap(bare) ?? bare, sense.preparation), head: head)
  }

  /// The bare encoder with the same head.
  func undefended(_ head: Head?) throws -> Subject {
    Subject(encoder: try place.put(sense.encoder, sense.preparation), head: head)
  }

  /// The encoder behind what adaptive attacks search in, where the bundle's defence names it.
  func substitute(_ head: Head?) throws -> Subject? {
    guard let bundle, let other = bundle.defense.substitute else { return nil }
    let wrapped = try other.wrap(sense.encoder, fitted: bundle.fitted[modality] ?? [:])
    return Subject(encoder: try place.put(wrapped, sense.preparation), head: head)
  }

  private func head(
    _ names: [String], _ templates: PromptTemplates, _ anchors: AnchorFile?
  ) throws -> Head {
    if let classes = sense.classes { return try classes.head(for: names, of: path) }
    let source = anchors?.source(templates) ?? model.anchors ?? .templates(templates)
    var reader: (any TextEmbedder)? = model.text
    if case .templates = source { reader = try texts }
    let bank = try AnchorBank(source, for: names, texts: reader)
    guard bank.width == encoder.embeddingWidth else {
      throw EncoderError(
        what: "has embeddings of \(bank.width) numbers, and the model's are "
          + "\(encoder.embeddingWidth) wide",
        where: anchors?.path ?? path, hint: "give anchors that were made with this model")
    }
    return try bank.to(encoder.device).head(anchors?.reduction ?? .mean, scale: sense.scale)
  }

  /// What reads texts.
  var texts: any TextEmbedder {
    get throws {
      guard let text = model.text else {
        throw DataError(
          "has no tokenizer beside its weights", in: path,
          hint: "put CLIP's vocab.json and merges.txt (or tokenizer.json) into the folder")
      }
      return text
    }
  }

  /// A file as the model's input: `(1, …)`, in its legal range.
  func input(from file: String) throws -> Tensor {
    let item = DataItem(id: file, label: 0, file: file, content: .file(file))
    return try Prefetcher.prepare(item, preparation).tensor(for: encoder.input)
      .to(encoder.device)
  }

  /// The path that a name stands for.
  static func resolve(_ name: String) throws -> String {
    if name == builtIn { return try BuiltInModel.path }
    if name.hasPrefix("hf:") { return try cached(HubReference(name)) }
    guard FileManager.default.fileExists(atPath: name) else {
      let near = nearest(name, among: [builtIn], tolerance: 0.25).first ?? nearestPath(name)
      throw DataError(
        "does not exist", in: name,
        hint: near.map { "did you mean `\($0)`?" }
          ?? "--model takes a folder, a file of weights, hf:org/repo, a bundle, or `builtin`")
    }
    return URL(fileURLWithPath: name).standardizedFileURL.path
  }

  /// The folder of a model in the hub's cache.
  private static func cached(_ reference: HubReference) throws -> String {
    let cache = HubCache()
    do {
      return try cache.snapshot(of: reference)
    } catch {
      let known = cache.models.filter { $0 != reference.repository }
      guard let near = nearest(reference.repository, among: known).first else { throw error }
      throw DataError(
        error.what, in: cache.directory,
        hint: "did you mean `hf:\(near)`, which is there? Otherwise \(error.hint ?? "fetch it")")
    }
  }

  /// The checksums of a bundle's base, which must be those it was made for, and of its own tensors.
  private static func files(
    of bundle: DefenseBundle, _ script: ScriptChoice, at folder: String
  ) throws -> [String: String] {
    guard FileManager.default.fileExists(atPath: bundle.base.path) else {
      throw DataError(
        "goes around a checkpoint that is no longer at `\(bundle.base.path)`", in: folder,
        hint: "bring it back, or make the bundle again with `holdfast harden`")
    }
    var files = try ModelFiles.checksums(at: bundle.base.path)
    files.merge(try script.checksums()) { $1 }
    let changed = bundle.base.files.filter { files[$0.key] != $0.value }.keys.sorted()
    guard changed.isEmpty else {
      throw DataError(
        "was made for another checkpoint, as \(changed.joined(separator: ", ")) changed",
        in: folder, hint: "make the bundle again with `holdfast harden`")
    }
    let tensors = "\(folder)/\(DefenseBundle.tensorsName)"
    files["bundle/\(DefenseBundle.tensorsName)"] = try Checksum.sha256(ofFileAt: tensors)
    return files
  }
}
