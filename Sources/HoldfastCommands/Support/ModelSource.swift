import Foundation
import Holdfast

/// A model that a user named, loaded: bare, or behind the defence of a bundle.
struct ModelSource {
  /// What `--model` takes for the model that ships with the program.
  static let builtIn = "builtin"

  /// The path of the checkpoint.
  let path: String
  /// What a record says about it.
  let record: ModelRecord
  /// The bare model.
  let clip: LoadedCLIP
  /// The encoder, with every defence.
  let encoder: any Encoder
  /// The bundle; none for a bare model.
  let bundle: DefenseBundle?

  /// Loads what `name` says: a folder, a file, `hf:org/repo`, `builtin`, or a bundle.
  ///
  /// - Parameter vision: a fine-tuned vision tower in place of the model's own.
  init(_ name: String, vision: String? = nil, device: Device) throws {
    let given = try Self.resolve(name)
    let bundle = DefenseBundle.isBundle(given) ? try DefenseBundle(at: given) : nil
    if bundle != nil, vision != nil {
      throw UsageError(
        "--vision cannot be combined with a bundle, whose defence was made for its base",
        hint: "harden the base with that tower as its --guide, or audit the tower by itself")
    }
    path = bundle?.base.path ?? given
    var files =
      try bundle.map { try Self.files(of: $0, at: given) } ?? ModelFiles.checksums(at: path)
    let clip = try loadCLIP(at: path, vision: vision, device: device)
    if let vision {
      for (file, sum) in try ModelFiles.checksums(at: vision) { files["vision/\(file)"] = sum }
    }
    encoder =
      try bundle.map { try $0.defense.wrap(clip.model.vision, fitted: $0.fitted) }
      ?? clip.model.vision
    self.clip = clip
    record = ModelRecord(path: given, files: files, defense: try bundle?.spelling)
    self.bundle = bundle
  }

  /// The subject: the encoder with a zero-shot head over class names.
  func subject(classes: [String], templates: PromptTemplates) throws -> Subject {
    Subject(encoder: encoder, head: try head(classes: classes, templates: templates))
  }

  /// The encoder in another element type, with the same defence and head.
  func subject(in dtype: DType, head: Head?) throws -> Subject {
    let bare = try clip.model.with(clip.model.parameters.converted(to: dtype)).vision
    return Subject(
      encoder: try bundle.map { try $0.defense.wrap(bare, fitted: $0.fitted) } ?? bare, head: head)
  }

  /// The bare encoder with the same head.
  func undefended(_ head: Head?) -> Subject { Subject(encoder: clip.model.vision, head: head) }

  private func head(classes: [String], templates: PromptTemplates) throws -> Head {
    guard let tokenizer = clip.tokenizer else { throw noTokenizer }
    return try clip.model.head(for: classes, templates: templates, tokenizer: tokenizer)
  }

  /// What to say where texts cannot be read.
  var noTokenizer: DataError {
    DataError(
      "has no tokenizer beside its weights", in: path,
      hint: "put CLIP's vocab.json and merges.txt (or tokenizer.json) into the folder")
  }

  /// The path that a name stands for.
  static func resolve(_ name: String) throws -> String {
    if name == builtIn { return try BuiltInModel.path }
    if name.hasPrefix("hf:") { return try HubCache().snapshot(of: HubReference(name)) }
    guard FileManager.default.fileExists(atPath: name) else {
      throw DataError(
        "does not exist", in: name,
        hint: "--model takes a folder, a file of weights, hf:org/repo, a bundle, or `builtin`")
    }
    return URL(fileURLWithPath: name).standardizedFileURL.path
  }

  /// The checksums of a bundle's base, which must be those it was made for, and of its own tensors.
  private static func files(
    of bundle: DefenseBundle, at folder: String
  ) throws -> [String: String] {
    guard FileManager.default.fileExists(atPath: bundle.base.path) else {
      throw DataError(
        "goes around a checkpoint that is no longer at `\(bundle.base.path)`", in: folder,
        hint: "bring it back, or make the bundle again with `holdfast harden`")
    }
    var files = try ModelFiles.checksums(at: bundle.base.path)
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
