import Foundation
import HoldfastTestSupport

/// What Tools/goldens/attacks.py wrote.
struct ToyGolden: Decodable {
  struct Step: Decodable {
    let loss: [Float]
    let input: [[Float]]?
    let best: [Float]?
    let step: [Float]?
  }
  struct FGSMRun: Decodable {
    let epsilon: Double
    let input: [[Float]]
  }
  struct PGDRun: Decodable {
    let norm: String
    let epsilon: Double
    let step: Double
    let steps: [Step]
    let finalLoss: [Float]
  }
  struct APGDRun: Decodable {
    let norm: String
    let epsilon: Double
    let loss: String
    let iterations: Int
    let parity: Bool
    let rows: [Int]
    let steps: [Step]
    let finalBest: [Float]
    let standing: [Int]
  }

  let inputs: [[Float]]
  let labels: [Int]
  let logits: [[Float]]
  let crossEntropy: [Float]
  let crossEntropyGradient: [[Float]]
  let fgsm: FGSMRun
  let pgd: [PGDRun]
  let apgd: [APGDRun]

  static func load() throws -> ToyGolden {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(ToyGolden.self, from: Data(contentsOf: Golden.url("toy.json")))
  }
}
