import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastTensor
import HoldfastTestSupport

/// The random models that the goldens were made with.
enum Peer {
  static func load(_ name: String) throws -> CLIPModel {
    try loadCLIP(at: Golden.url("r-adapt/\(name)").path).model
  }

  /// A tower of another shape.
  static func other() throws -> CLIPModel {
    try loadCLIP(at: encoderGoldens.appendingPathComponent("hf-gelu-bin").path).model
  }

  /// The random models that the goldens of encoders were made with.
  static let encoderGoldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("HoldfastEncodersTests/Goldens")

  static func anchors() throws -> Golden { try Golden("r-adapt/anchors.safetensors") }
}

/// A tower that counts how often its first attention is computed.
final class CountingTower: SitedEncoder {
  let base: any SitedEncoder
  private(set) var attentions = 0

  init(_ base: any SitedEncoder) { self.base = base }

  var modality: Modality { base.modality }
  var input: InputSpec { base.input }
  var embeddingWidth: Int { base.embeddingWidth }
  var device: Device { base.device }
  var blockCount: Int { base.blockCount }

  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    try base.embed(
      input,
      sites: Sites([
        .attention(0): { (compute) throws(TorchError) in
          try sites.value(at: .attention(0)) { () throws(TorchError) in
            self.attentions += 1
            return try compute()
          }
        }
      ]))
  }
}
