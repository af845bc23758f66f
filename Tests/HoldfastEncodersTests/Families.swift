import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor
import HoldfastTestSupport
import Testing

/// A small model of each family, for what all of them promise.
struct Family: CustomTestStringConvertible, Sendable {
  /// A loaded model, and what its own type makes of its parameters in another element type.
  struct Sample {
    let model: LoadedModel
    let converted: (Modality, DType) throws -> (any Encoder)?
  }

  let name: String
  let load: @Sendable () throws -> Sample

  var testDescription: String { name }

  static let clip = Family(name: "CLIP") {
    let loaded = try loadCLIP(at: Golden.url("hf-quick-gelu").path)
    return Sample(model: try loaded.loaded) { _, dtype in
      try loaded.model.with(loaded.model.parameters.cast(to: dtype)).vision
    }
  }

  static let languageBind = LanguageBindPeer.all.map { peer in
    Family(name: "LanguageBind \(peer.name)") {
      let loaded = try loadLanguageBind(at: peer.path)
      return Sample(model: try loaded.loaded) { _, dtype in
        try loaded.model.with(loaded.model.parameters.cast(to: dtype)).vision
      }
    }
  }

  static let imageBind = Family(name: "ImageBind") {
    let loaded = try loadImageBind(
      at: ImageBindPeer.path, views: 3, depthCamera: DepthCamera(focal: 500))
    return Sample(model: try loaded.loaded) { modality, dtype in
      try loaded.model.with(loaded.model.parameters.cast(to: dtype))[modality]
    }
  }

  static let uniBind = Family(name: "UniBind") {
    let loaded = try loadUniBind(
      at: Golden.url("uni-bind/pretrained_weights.pt").path, views: 3, points: 600)
    return Sample(model: try loaded.loaded) { modality, dtype in
      try loaded.model.with(loaded.model.parameters.cast(to: dtype))[modality]
    }
  }

  static let tinyBind = Family(name: "TinyBind") {
    try withTinyBindFolder { folder in
      let loaded = try loadTinyBind(at: folder.path)
      return Sample(model: try loaded.loaded) { modality, dtype in
        if modality == .image {
          return try loaded.base.model.with(loaded.base.model.parameters.cast(to: dtype)).vision
        }
        return try loaded.towers.first { $0.modality == modality }.map {
          try $0.with($0.parameters.cast(to: dtype)).encoder
        }
      }
    }
  }

  static let scripts = ["classifier", "encoder"].map { name in
    Family(name: "TorchScript \(name)") {
      let path = Golden.url("script/\(name).pt").path
      let description = try InputDescription(at: Golden.url("script/\(name).json").path)
      return Sample(model: try loadScript(at: path, description)) { _, dtype in
        try ScriptEncoder(
          ScriptModule(contentsOf: path, dtype: dtype), description, file: path, dtype: dtype)
      }
    }
  }

  /// Families whose towers offer sites.
  static let sited = [clip] + languageBind + [imageBind, uniBind, tinyBind]
  static let all = sited + scripts
}

/// A folder with the small CLIP model of the goldens and towers for heat and points.
func withTinyBindFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  try withTemporaryFolder { folder in
    let place = folder.appendingPathComponent("tiny")
    try FileManager.default.copyItem(at: Golden.url("hf-quick-gelu"), to: place)
    for (sense, tokens) in [
      (
        TinyBindConfiguration.Sense.thermal(side: 16),
        TinyBindConfiguration.Tokens.patches(sides: [8, 8])
      ),
      (.points(count: 64), .groups(count: 8, neighbours: 6)),
    ] {
      let configuration = TinyBindConfiguration(
        sense: sense, tower: .init(tokens: tokens, width: 16, layers: 2, heads: 2), projection: 20)
      let tower = try TinyBindTower(
        configuration, initializedBy: Generator(seed: 3, stream: configuration.modality.rawValue))
      try tower.write(to: place.appendingPathComponent("towers/\(tower.modality.rawValue)").path)
    }
    return try body(place)
  }
}

extension Sense {
  /// Noise from the legal range of its tower: `(rows, …)`.
  func noise(rows: Int) throws -> Tensor {
    var generator = Generator(seed: 5, stream: modality.rawValue)
    let low = Double(encoder.input.range?.lowerBound ?? -0.7)
    let high = Double(encoder.input.range?.upperBound ?? 0.7)
    return try generator.uniform([rows] + encoder.input.shape) * (high - low) + low
  }
}
