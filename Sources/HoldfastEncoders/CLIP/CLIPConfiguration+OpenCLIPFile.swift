import Foundation
import HoldfastMedia
import HoldfastTensor

extension CLIPConfiguration {
  /// The `open_clip_config.json` with which open_clip and this library read the model back.
  ///
  /// - Parameter preprocessor: the model's own, of which the mean and the deviation are written; its
  ///   steps must be those of ``ImagePreprocessor/clip(size:)``.
  func openCLIPJSON(_ preprocessor: ImagePreprocessor) throws -> [UInt8] {
    let file = OpenCLIPConfig(
      modelCfg: .init(
        embedDim: projection, quickGelu: vision.activation == .quickGELU,
        visionCfg: .init(
          imageSize: vision.image, layers: vision.layers, width: vision.width,
          headWidth: vision.width / vision.heads, patchSize: vision.patch,
          mlpRatio: Double(vision.hidden) / Double(vision.width)),
        textCfg: .init(
          contextLength: text.context, vocabSize: text.vocabulary, width: text.width,
          heads: text.heads, layers: text.layers,
          mlpRatio: Double(text.hidden) / Double(text.width))),
      preprocessCfg: .init(
        size: [vision.image, vision.image], mode: "RGB", mean: preprocessor.mean,
        std: preprocessor.std, interpolation: "bicubic", resizeMode: "shortest", fillColor: 0))
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return Array(try encoder.encode(file))
  }
}

/// An `open_clip_config.json`, as open_clip reads it.
private struct OpenCLIPConfig: Encodable {
  let modelCfg: Model
  let preprocessCfg: Preprocessing

  struct Model: Encodable {
    let embedDim: Int
    let quickGelu: Bool
    let visionCfg: Vision
    let textCfg: Text
  }

  struct Vision: Encodable {
    let imageSize, layers, width, headWidth, patchSize: Int
    let mlpRatio: Double
  }

  struct Text: Encodable {
    let contextLength, vocabSize, width, heads, layers: Int
    let mlpRatio: Double
  }

  struct Preprocessing: Encodable {
    let size: [Int]
    let mode: String
    let mean, std: [Float]
    let interpolation, resizeMode: String
    let fillColor: Int
  }
}
