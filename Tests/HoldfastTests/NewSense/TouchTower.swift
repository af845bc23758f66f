import Holdfast

/// A modality that Holdfast does not know: pressure on two fingertips, eight by eight taxels each.
extension Modality {
  static let touch = Modality(rawValue: "touch")
}

/// A one-block transformer over the rows of both fingertips.
struct TouchTower: SitedEncoder {
  let modality = Modality.touch
  let input = InputSpec(
    shape: [2, 8, 8], range: 0...20, unit: "kilopascals",
    patches: .grid(rows: -2, columns: -1, channels: [0]))
  let embeddingWidth = 12
  let device = Device.cpu
  let blockCount = 1

  private let embedding, mixing, projection: Tensor

  init() throws {
    var noise = Generator(seed: 3, stream: "touch tower")
    embedding = try noise.normal([16, 8]) * 0.3  // (D, 8)
    mixing = try noise.normal([48, 16]) * 0.3  // (3D, D)
    projection = try noise.normal([12, 256]) * 0.1  // (E, N · D)
  }

  func embed(_ input: Tensor, sites: Sites) throws(TorchError) -> Tensor {
    let batch = input.shape[0]
    let x = try sites.value(at: .patchEmbedding) { () throws(TorchError) in
      try (input / 10 - 1).reshaped([batch, 16, 8]).linear(embedding)  // (B, N, D)
    }
    let attended = try sites.value(at: .attention(0)) { () throws(TorchError) in
      let parts = try x.linear(mixing).split(-1, into: [16, 16, 16])  // 3 × (B, N, D)
      return try Tensor.attention(
        parts[0].unsqueezed(1), parts[1].unsqueezed(1), parts[2].unsqueezed(1)
      ).select(1, 0)  // (B, N, D)
    }
    let stream = try sites.value(at: .residual(0)) { () throws(TorchError) in try x + attended }
    return try stream.tanh().reshaped([batch, 256]).linear(projection)  // (B, E)
  }
}
