import HoldfastCore
import HoldfastTensor

extension InputSpec {
  /// Fails unless the last two of at least three axes can be taken for the rows and columns of a
  /// picture: images, the frames of a clip, spectrograms; not points.
  func requirePicture(_ asker: String) throws(UsageError) {
    let rank = shape.count
    guard rank >= 3, case .grid(let rows, let columns, _) = patches,
      [rows, columns].map({ $0 < 0 ? $0 : $0 - rank }) == [-2, -1]
    else {
      throw UsageError(
        "\(asker) is for inputs with rows and columns, and those of this model are \(shape)",
        hint: "leave that option out")
    }
  }
}

extension Tensor {
  /// All axes between the first and the last two as one: `(B, …, H, W)` gives `(B, C, H, W)`.
  func asPictures() throws(TorchError) -> Tensor {
    try reshaped([shape[0], -1] + shape.suffix(2))
  }
}
