import Foundation
import HoldfastAudit
public import HoldfastCore
import HoldfastData
public import HoldfastDefenses
public import HoldfastEncoders
import HoldfastFormats
import HoldfastLayers
public import HoldfastMedia
public import HoldfastRecords
public import HoldfastTensor
public import HoldfastText

/// A model that a user named, loaded, and one of its modalities: bare, or behind the defence of a
/// bundle.
public struct ModelSource {
  /// What `--model` takes for the model that ships with the program.
  public static let builtIn = "builtin"

  /// The path of the checkpoint.
  public let path: String
  /// What a record says about it.
  public let record: ModelRecord
  /// The bare model, with all its modalities.
  public let model: LoadedModel
  /// The modality that is meant, bare.
  public let sense: Sense
  /// The modality in the space that is attacked, with every defence and without a head.
  public let subject: Subject
  /// How a file becomes what that encoder takes.
  public let preparation: any Preparation
  /// The space that an attack acts in.
  public let place: AttackPlace
  /// The defences of the bundle; nil for a bare model.
  public let defenses: DefenseStack?

  /// Loads what `name` says: a folder, a file, `hf:org/repo`, `builtin`, or a bundle.
  ///
  /// - Parameters:
  ///   - modality: the modality that is meant; by default the model's first.
  ///   - place: the space that an attack acts in.
  ///   - vision: a fine-tuned vision tower in place of the model's own.
  ///   - script: the description of a model that is code.
  ///   - depthCamera: the camera that measures depth.
  init(
    _ name: String, modality: Modality? = nil, place: AttackPlace = .model, vision: String? = nil,
    script: ScriptChoice = .none, depthCamera: DepthCamera? = nil, device: Device
  ) throws {
    let given = try Self.resolve(name)
    let defenses = DefenseBundle.isBundle(given) ? try DefenseStack(at: given) : nil
    if defenses != nil, vision != nil {
      throw UsageError(
        "--vision cannot be combined with a bundle, whose defence was made for its base",
        hint: "harden the base with that tower as its --guide, or audit the tower by itself")
    }
    let path = defenses?.checkpoint.path ?? given
    var files =
      try defenses.map { try Self.files(of: $0, script, at: given) }
      ?? ModelFiles.checksums(at: path)
    let model =
      try script.load(path, vision: vision, device: device)
      ?? script.loadKnown(
        path, vision: vision, depthCamera: depthCamera, device: device)
    if let vision {
      for (file, sum) in try ModelFiles.checksums(at: vision) { files["vision/\(file)"] = sum }
    }
    files.merge(try script.checksums()) { $1 }
    try self.init(
      path: path, record: ModelRecord(path: given, files: files, defense: defenses?.spelling),
      model: model, modality: modality, place: place, defenses: defenses)
  }

  private init(
    path: String, record: ModelRecord, model: LoadedModel, modality: Modality?,
    place: AttackPlace, defenses: DefenseStack?
  ) throws {
    let known = model.modalities
    guard let sense = (modality ?? Self.default(of: model, defenses)).flatMap({ model[$0] })
    else {
      throw UsageError(
        "`\(record.path)` has no modality `\(modality?.rawValue ?? "")`",
        hint: "it has \(known.map(\.rawValue).joined(separator: ", "))"
          + (modality == .depth ? "; ImageBind's depth needs --depth-camera" : ""))
    }
    self.path = path
    self.record = record
    self.model = model
    self.sense = sense
    self.defenses = defenses
    self.place = place
    let bare = sense.subject()
    let defended = try defenses?.apply(
      to: bare, in: DefenseContext(model: bare, texts: model.text?.embed))
    subject = try place.put(defended ?? bare, sense.preparation)
    preparation = try place.preparation(sense.preparation)
  }

  /// The modality that is meant.
  public var modality: Modality { sense.modality }

  /// The modality's encoder in the space that is attacked, with every defence.
  public var encoder: any Encoder { subject.encoder }

  /// The first modality, of those that a bundle hardens if there is one.
  private static func `default`(of model: LoadedModel, _ defenses: DefenseStack?) -> Modality? {
    model.modalities.first { defenses?.senses.contains($0) ?? true }
  }

  /// A modality of the same model.
  ///
  /// Only this source's own modality keeps its ``place``; the others are attacked in the model's
  /// input space.
  public func sense(_ modality: Modality) throws -> ModelSource {
    try ModelSource(
      path: path, record: record, model: model, modality: modality,
      place: modality == self.modality ? place : .model, defenses: defenses)
  }

  /// The subject: the modality with every defence, under a zero-shot head over class names.
  public func subject(
    classes: [String], templates: PromptTemplates, anchors: AnchorFile? = nil
  ) throws -> Subject {
    try defended(
      bare(classes: classes, templates: templates, anchors: anchors), classes: classes)
  }

  /// The undefended modality at the model's own input, under a zero-shot head over class names.
  func bare(
    classes: [String], templates: PromptTemplates, anchors: AnchorFile? = nil
  ) throws -> Subject {
    sense.subject(try head(classes, templates, anchors))
  }

  /// The base of a bundle by itself; nil for a bare model.
  func undefended() throws -> ModelSource? {
    guard let defenses else { return nil }
    let base = ModelRecord(
      path: defenses.checkpoint.path, files: defenses.checkpoint.files, defense: nil)
    return try ModelSource(
      path: path, record: base, model: model, modality: modality, place: place, defenses: nil)
  }

  /// What identifies this model in the cache of transfer inputs: the program, the weights, the
  /// defence, and the attacked space.
  var identity: [String] {
    [HoldfastVersion.number, modality.rawValue, place.name.rawValue, record.defense ?? ""]
      + record.files.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
  }

  /// The subject of ``bare(classes:templates:anchors:)``, or of the same in another precision, in
  /// the attacked space and with the defences, if there are any.
  ///
  /// - Parameter substitutes: the layers that stand in for the model's own; nil for these
  ///   themselves.
  func defended(
    _ bare: Subject, classes: [String]?, by substitutes: DefenseStack? = nil
  ) throws -> Subject {
    guard let stack = substitutes ?? defenses else { return try placed(bare) }
    let context = DefenseContext(
      model: sense.subject(bare.head), texts: model.text?.embed,
      classes: classes)
    return try placed(stack.apply(to: bare, in: context))
  }

  /// The bare modality with its parameters in another element type, under a head.
  func bare(in dtype: DType, under head: Head?) throws -> Subject {
    let tower = Tower(parameters: try sense.parameters.cast(to: dtype), rebuilt: sense.rebuilt)
    return Subject(encoder: try tower.encoder(), head: head, tower: tower)
  }

  /// A subject at the model's own input, in the space that is attacked.
  func placed(_ subject: Subject) throws -> Subject {
    try place.put(subject, sense.preparation)
  }

  /// An attack that a defence must face, and the layers that it searches in; nil for the model's own.
  typealias AdaptiveSearch = (recipe: AttackRecipe, search: DefenseStack?)

  /// The attacks that the defences must face, each with the layers that it searches in; nil for the
  /// model's own.
  func adaptiveAttacks(steps: Int) -> [AdaptiveSearch] {
    defenses?.adaptiveAttacks(of: modality, on: encoder.input, steps: steps) ?? []
  }

  /// The substitutes of adaptive attacks that do not search in the model itself, by name.
  func substitutes(
    for attacks: [AdaptiveSearch], bare: Subject, classes: [String]?
  ) throws -> [String: Subject] {
    var subjects: [String: Subject] = [:]
    for (recipe, search) in attacks {
      guard let search else { continue }
      subjects[recipe.name] = try defended(bare, classes: classes, by: search)
    }
    return subjects
  }

  private func head(
    _ names: [String], _ templates: PromptTemplates, _ anchors: AnchorFile?
  ) throws -> Head {
    if let classes = sense.classes { return try classes.head(for: names, of: path) }
    let bank =
      if anchors?.path == nil {
        try self.bank(names, templates, anchors)
      } else {
        try about(fileOf: "anchors") { try self.bank(names, templates, anchors) }
      }
    return try bank.to(sense.encoder.device).head(anchors?.reduction ?? .mean, scale: sense.scale)
  }

  /// The anchors of the classes, of the width of the model's embeddings.
  private func bank(
    _ names: [String], _ templates: PromptTemplates, _ anchors: AnchorFile?
  ) throws -> AnchorBank {
    let source = anchors?.source(templates) ?? model.anchors ?? .templates(templates)
    var reader: (any TextEmbedder)? = model.text
    if case .templates = source { reader = try texts }
    let bank = try AnchorBank(source, for: names, texts: reader)
    guard bank.width == sense.encoder.embeddingWidth else {
      throw EncoderError(
        what: "has embeddings of \(bank.width) numbers, but the model's have "
          + "\(sense.encoder.embeddingWidth)",
        where: anchors?.path ?? path, hint: "give anchors that were made with this model")
    }
    return bank
  }

  /// The text tower with its tokeniser.
  public var texts: any TextEmbedder {
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
  public func input(from file: String) throws -> Tensor {
    let item = DataItem(id: file, label: 0, file: file, content: .file(file))
    return try Prefetcher.prepare(item, preparation).tensor(for: encoder.input)
      .to(encoder.device)
  }

  /// The path that a name stands for.
  public static func resolve(_ name: String) throws -> String {
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

  /// The checksums of the checkpoint inside a bundle, which must be those it was made for, and of
  /// the tensors of its layers.
  private static func files(
    of defenses: DefenseStack, _ script: ScriptChoice, at given: String
  ) throws -> [String: String] {
    let (path, known) = (defenses.checkpoint.path, defenses.checkpoint.files)
    let folder = defenses.bundles.last?.folder ?? given
    guard FileManager.default.fileExists(atPath: path) else {
      throw DataError(
        "goes around a checkpoint that is no longer at `\(path)`", in: folder,
        hint: "bring it back, or make the bundle again with `holdfast harden`")
    }
    var files = try ModelFiles.checksums(at: path)
    files.merge(try script.checksums()) { $1 }
    let changed = known.filter { files[$0.key] != $0.value }.keys.sorted()
    guard changed.isEmpty else {
      throw DataError(
        "was made for another checkpoint, as \(changed.joined(separator: ", ")) changed",
        in: folder, hint: "make the bundle again with `holdfast harden`")
    }
    var prefix = "bundle/"
    for (_, bundle) in defenses.bundles {
      for (name, sum) in bundle.checksums { files[prefix + name] = sum }
      prefix += "base/"
    }
    return files
  }
}

extension Sense {
  /// The bare tower under a head, or without one.
  func subject(_ head: Head? = nil) -> Subject {
    Subject(encoder: encoder, head: head, tower: tower)
  }
}
