import Foundation
import Holdfast

extension Reader {
  static let safetensors = Reader(
    name: "safetensors",
    examples: {
      let types: [ElementType] = [.float32, .float16, .int64, .bool]
      return try [
        written { folder in
          try SafetensorsWriter.write(
            types.enumerated().map { index, type in
              SafetensorsWriter.Tensor(
                name: "layer.\(index).weight", type: type, shape: [2, 3 + index],
                bytes: { [UInt8](repeating: 1, count: 2 * (3 + index) * type.width) })
            }, metadata: ["format": "pt"], to: "\(folder)/weights.safetensors")
        }
      ]
    }, read: { try readWeights("\($0)/weights.safetensors") })

  static let torch = Reader(
    name: "torch", examples: { [["weights.pt": SeedArchives.torch]] },
    read: { try readWeights("\($0)/weights.pt") })

  private static func readWeights(_ path: String) throws {
    let source = try openCheckpoint(at: path)
    for name in source.names {
      let entry = try source.entry(for: name)
      try source.withBytes(of: name) { bytes in
        precondition(bytes.count == entry.byteCount)
      }
    }
  }

  /// A model as a user names one: configurations, vocabulary and weights.
  static let model = Reader(
    name: "model",
    examples: {
      try [
        written { folder in
          let words = BytePairVocabulary(learnedFrom: ["a photo of a ring", "a star"])
          try words.write(to: folder, contextLength: 12)
          let trunk = ImageBindConfiguration.Trunk(width: 48, layers: 1, heads: 16, hidden: 48)
          let configuration = ImageBindConfiguration(
            vision: .init(trunk: trunk, patch: 14, image: 28),
            text: .init(
              width: 48, layers: 1, heads: 16, hidden: 48, vocabulary: words.tokens.count,
              context: 12, activation: .gelu, epsilon: 1e-6), projection: 24)
          let model = try ImageBindModel(
            configuration, initializedBy: Generator(seed: 5, stream: "fuzz"))
          try model.parameters.write(to: "\(folder)/model.safetensors", keys: .imageBind())
        }
      ]
    }, read: { _ = try loadModel(at: $0, device: .cpu) })

  static let tokenizer = Reader(
    name: "tokenizer",
    examples: {
      try [
        written { folder in
          try BytePairVocabulary(learnedFrom: ["a photo of a cat", "two dogs asleep"])
            .write(to: folder, contextLength: 16)
        }
      ]
    },
    read: { folder in
      let tokenizer = try CLIPTokenizer(folder: URL(fileURLWithPath: folder))
      _ = tokenizer.encode("A photo of 2 caf\u{E9} cats!")
    })

  /// A bundle, its own checksum of the tensors made right.
  static let bundle = Reader(
    name: "bundle",
    examples: {
      try [
        written { folder in
          let anchor = try Tensor([Float](repeating: 0.5, count: 8), [1, 8])
          try DefenseBundle(
            base: .init(path: "/base", files: ["model.safetensors": "0"]),
            layers: [
              DefenseLayer(
                RAdapt(alpha: 1.2, beta: -0.8, cutoff: 40),
                fitted: [.image: Fitted(["anchor": anchor])])
            ]
          ).write(to: folder)
        }
      ]
    },
    seal: { example in
      let manifest = DefenseBundle.manifestName
      guard let tensors = example["layer-1.safetensors"],
        let text = example[manifest].map({ String(decoding: $0, as: UTF8.self) })
      else { return }
      let sum = Checksum.sha256(of: tensors)
      example[manifest] = Array(
        text.replacing(/"checksum" : "[^"]*"/, with: "\"checksum\" : \"\(sum)\"").utf8)
    }, read: { _ = try DefenseBundle(at: $0) })
}
