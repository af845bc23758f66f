import Foundation
public import HoldfastCore
import HoldfastFormats
public import HoldfastLayers
import HoldfastTensor

extension ModelExport {
  /// The export of the model at `path`.
  ///
  /// - Parameters:
  ///   - path: a folder or a file of weights, of any family that
  ///     ``loadModel(at:vision:depthCamera:device:)`` reads.
  ///   - vision: weights of a fine-tuned vision tower to put in place of a CLIP model's own.
  ///   - trained: parameters to write in place of the model's own, by the names of ``Sense/parameters``,
  ///     for each modality whose tower was trained.
  /// - Throws: what the loader of the family throws; ``EncoderError`` for a model that is code, and
  ///   for a vision tower that the family has no use for.
  public init(
    at path: String, vision: String? = nil, trained: [Modality: ParameterStore] = [:]
  ) throws {
    let family = try Self.family(at: path)
    guard family == .clip || vision == nil else { throw family.refusal(ofVisionAt: path) }
    let folder = ModelFolder(holding: path)
    self.family = family.rawValue
    switch family {
    case .clip: parts = try Self.clip(path, vision, folder, trained)
    case .languageBind:
      let source = try openCheckpoint(at: path)
      let model = try loadLanguageBind(at: path, lora: .kept).model
      let keys = try LanguageBindLayout(of: source).keys(for: model.configuration)
      let parameters = try model.parameters.trained(by: trained.values)
      parts = [Self.weights(parameters, keys, source)] + folder.companions()
    case .imageBind:
      let model = try loadImageBind(at: path).model
      let parameters = try model.parameters.trained(by: trained.values)
      parts =
        [Self.weights(parameters, .imageBind(), try openCheckpoint(at: path))]
        + folder.companions()
    case .uniBind:
      let source = try openCheckpoint(at: path)
      let model = try loadUniBind(at: path).model
      let parameters = try model.parameters.trained(by: trained.values)
      parts =
        [Self.weights(parameters, UniBindLayout(of: source).keys, source)]
        + folder.companions()
    case .tinyBind:
      parts =
        try Self.clip(path, nil, folder, trained.filter { $0.key == .image })
        + loadTinyBind(at: path).towers.flatMap {
          try Self.tower($0, at: path, trained[$0.modality])
        }
    }
  }

  /// The family of the model at a path.
  ///
  /// - Throws: ``EncoderError`` for a TorchScript file of no family that is known.
  private static func family(at path: String) throws -> ModelFamily {
    do {
      let family = try ModelFamily(at: path)
      if family == .clip { _ = try CLIPLayout(of: openCheckpoint(at: path)) }
      return family
    } catch  where (try? isTorchScript(at: path)) == true {
      throw EncoderError(
        what: "is TorchScript, code that holds its own weights, which export does not write",
        where: path, hint: "copy the file; it is complete")
    }
  }

  /// A CLIP model, in transformers' layout or in open_clip's.
  private static func clip(
    _ path: String, _ vision: String?, _ folder: ModelFolder,
    _ trained: [Modality: ParameterStore]
  ) throws -> [Part] {
    let source = try openCheckpoint(at: path)
    let layout = try CLIPLayout(of: source)
    let loaded = try loadCLIP(at: path, vision: vision)
    let (name, configuration) =
      layout == .huggingFace
      ? (weightsName, "config.json") : ("open_clip_model.safetensors", "open_clip_config.json")
    var parts = folder.companions()
    if !folder.exists(configuration) {
      let json = try loaded.model.configuration.openCLIPJSON(loaded.preprocessor)
      parts.append(Part(name: configuration) { try AtomicFile.write(json, to: $0) })
    }
    let parameters = try loaded.model.parameters.trained(by: trained.values)
    return [weights(parameters, layout.keys, source, as: name, buffers: false)] + parts
  }

  /// The tower of a further modality of a TinyBind model.
  private static func tower(
    _ tower: TinyBindTower, at path: String, _ trained: ParameterStore?
  ) throws -> [Part] {
    let sense = tower.modality.rawValue
    let place = TinyBindFolder(path).tower(sense)
    let source = try openCheckpoint(at: "\(place)/\(weightsName)")
    let prefix = "\(TinyBindFolder.name)/\(sense)/"
    let parameters = try tower.parameters.trained(by: trained.map { [$0] } ?? [])
    return [weights(parameters, .identity, source, as: prefix + weightsName)]
      + ModelFolder(holding: place).companions(below: prefix)
  }

  private static let weightsName = "model.safetensors"

  private static func weights(
    _ parameters: ParameterStore, _ keys: KeyMap, _ source: any TensorSource,
    as name: String = weightsName, buffers: Bool = true
  ) -> Part {
    Part(name: name) {
      try parameters.write(to: $0, keys: keys, like: source, buffers: buffers)
    }
  }
}

extension ModelFolder {
  /// Files that may lie beside weights and belong to the model.
  private static let companionNames = [
    "config.json", "open_clip_config.json", "preprocessor_config.json", "processor_config.json",
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "bpe_simple_vocab_16e6.txt",
  ]

  /// Copies of the files beside the weights that belong to the model, at places below `prefix`.
  fileprivate func companions(below prefix: String = "") -> [ModelExport.Part] {
    Self.companionNames.filter(exists).map { name in
      let origin = url.appendingPathComponent(name)
      return ModelExport.Part(name: prefix + name) {
        try AtomicFile.write(Array(Data(contentsOf: origin)), to: $0)
      }
    }
  }
}

extension ParameterStore {
  /// These parameters with those of trained towers in their places.
  ///
  /// A tower is trained with its own adapters merged, so those of a weight that changed are zero here.
  fileprivate func trained(
    by towers: some Sequence<ParameterStore>
  ) throws(TorchError) -> ParameterStore {
    var store = self
    for tower in towers {
      for name in tower.names {
        store[name] = tower[name]
        guard name.hasSuffix(".weight") else { continue }
        let adapter = "\(name.dropLast("weight".count))lora_b"
        if let b = store[adapter] { store[adapter] = try b.zerosLike() }
      }
    }
    return store
  }
}
