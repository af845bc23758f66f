import HoldfastCore
import HoldfastMedia

extension TinyBindConfiguration {
  /// Refuses sizes that no tower has, before any memory is taken for them.
  ///
  /// - Throws: ``EncoderError`` that names the size.
  func checked(in file: String) throws(EncoderError) -> TinyBindConfiguration {
    try require([("width of the space", projection, 1...65_536)] + senseSizes, file)
    try require(
      [
        ("width", tower.width, 2...65_536), ("number of layers", tower.layers, 1...1024),
        ("number of heads", tower.heads, 1...1024),
      ], file)
    guard tower.width % tower.heads == 0 else {
      throw EncoderError(
        what: "\(tower.heads) heads do not divide the width \(tower.width)", where: file,
        hint: "check the number of heads")
    }
    switch (tower.tokens, sense) {
    case (.groups(let count, let neighbours), .points(let points)):
      try require(
        [("number of groups", count, 1...points), ("size of groups", neighbours, 1...points)], file)
    case (.patches, .points), (.groups, _):
      throw EncoderError(
        what: "the modality \(modality.rawValue) does not take such tokens", where: file,
        hint: "points come in groups, all other modalities in patches")
    case (.patches(let sides), _): try checkPatch(sides, file)
    }
    return self
  }

  private var senseSizes: [(String, Int, ClosedRange<Int>)] {
    switch sense {
    case .audio(let mels, let rate, _):
      [("number of mel bins", mels, 4...4096), ("rate", rate, 1000...768_000)]
    case .video(let frames, let side):
      [("number of frames", frames, 1...1024), ("side", side, 1...4096)]
    case .thermal(let side), .event(let side): [("side", side, 1...16_384)]
    case .points(let count): [("number of points", count, PointPreprocessor.counts)]
    }
  }

  /// A patch has a side for rows and columns, and one for frames, none longer than the input.
  private func checkPatch(_ patch: [Int], _ file: String) throws(EncoderError) {
    let shape: [Int]
    do {
      shape = try input.shape
    } catch {
      throw EncoderError(
        what: "\(error)", where: file, hint: "check the mel bins, the rate and the seconds")
    }
    let sizes = Array(shape.dropFirst())
    guard patch.count == sizes.count, zip(patch, sizes).allSatisfy({ (1...$1).contains($0) })
    else {
      throw EncoderError(
        what: "patches of \(patch) do not fit inputs of \(shape)", where: file,
        hint: "write one side for each axis but the first, none longer than the axis")
    }
  }

  private func require(
    _ sizes: [(String, Int, ClosedRange<Int>)], _ file: String
  ) throws(EncoderError) {
    for (name, size, bounds) in sizes where !bounds.contains(size) {
      throw EncoderError(
        what: "a \(name) of \(size) is out of bounds", where: file,
        hint: "it must be between \(bounds.lowerBound) and \(bounds.upperBound)")
    }
  }
}
