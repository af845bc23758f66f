import Foundation
public import HoldfastCore
public import HoldfastLayers
public import HoldfastTensor

/// The towers of ImageBind's modalities, and its text tower (Girdhar et al., 2023).
public struct ImageBindModel {
  /// The sizes of the model.
  public let configuration: ImageBindConfiguration
  /// The towers of the modalities that it has, without text; images and videos share their
  /// parameters.
  public let towers: [ImageBindTower]
  /// The text tower, if it has one.
  public let text: CLIPText?
  /// Every parameter by name; the towers share these tensors.
  public let parameters: ParameterStore

  private let textLogScale: Tensor?
  let device: Device

  /// A model of the parameters that a loader finds on `device`.
  ///
  /// - Parameter allowing: keys that may be left over, as `ParameterLoader` takes them.
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped;
  ///   ``EncoderError`` and `MediaError` for sizes that cannot be.
  public init(
    _ configuration: ImageBindConfiguration, from loader: ParameterLoader, allowing: [String] = [],
    device: Device = .cpu
  ) throws {
    try self.init(configuration, at: loader.root, device: device) {
      try loader.finish(allowing: allowing)
    }
  }

  /// A model of the parameters at a place; `finish` gives the parameters of the loader once the
  /// towers are there, and this model keeps its own of them.
  init(
    _ configuration: ImageBindConfiguration, at root: ParameterScope, device: Device,
    finish: () throws -> ParameterStore
  ) throws {
    let configuration = try configuration.checked(in: "the configuration")
    towers = try configuration.modalities.compactMap { modality in
      try configuration.tower(for: modality, at: root, device: device)
    }
    text = configuration.text.map {
      CLIPText(
        root["text"], $0, embeddingWidth: configuration.projection, batchedPositions: true)
    }
    textLogScale =
      text == nil ? nil : root["text"].parameter("log_scale", [], .constant(2.6592))
    parameters = try finish().filtered { name in
      ImageBindPlan.scopes.contains(String(name.prefix { $0 != "." }))
    }
    self.configuration = configuration
    self.device = device
  }

  /// A model over the given parameters, which it shares.
  ///
  /// - Throws: `CheckpointError` with every parameter that is missing, left over or mis-shaped.
  public init(
    _ configuration: ImageBindConfiguration, parameters: ParameterStore, device: Device = .cpu
  ) throws {
    try self.init(
      configuration, from: ParameterLoader(StoreSource(parameters)), device: device)
  }

  /// A fresh model, to train from scratch.
  public init(
    _ configuration: ImageBindConfiguration, initializedBy generator: Generator,
    device: Device = .cpu
  ) throws {
    try self.init(
      configuration, from: ParameterLoader(InitialSource(generator, device: device)),
      device: device)
  }

  /// The tower of a modality; nil for a modality without a tower.
  public subscript(_ modality: Modality) -> ImageBindTower? {
    towers.first { $0.modality == modality }
  }

  /// This model with other parameters of the same names, such as trainable copies.
  public func with(_ parameters: ParameterStore) throws -> ImageBindModel {
    try ImageBindModel(configuration, parameters: parameters, device: device)
  }

  /// This model without the towers of the other modalities.
  public func restricted(to senses: Set<Modality>) throws -> ImageBindModel {
    let kept = configuration.restricted(to: senses)
    var scopes = try Set(kept.modalities.compactMap { try kept.plan(for: $0)?.scope })
    if kept.text != nil { scopes.insert("text") }
    let store = parameters.filtered { name in scopes.contains(String(name.prefix { $0 != "." })) }
    return try ImageBindModel(kept, parameters: store, device: device)
  }

  /// The factor on the embeddings of each modality that has one, at most 100; images and videos
  /// have none.
  public func scales() throws(TorchError) -> [Modality: Double] {
    var scales: [Modality: Double] = [:]
    for tower in towers {
      guard let log = tower.logScale else { continue }
      scales[tower.modality] = min(Foundation.exp(try log.item()), largestScale)
    }
    if let textLogScale {
      scales[.text] = min(Foundation.exp(try textLogScale.item()), largestScale)
    }
    return scales
  }
}
