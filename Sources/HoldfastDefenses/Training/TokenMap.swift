import HoldfastCore
import HoldfastTensor

/// Where in an input a text is: how each token of a tower goes with it, between the least and the most of
/// the input.
///
/// Source: Yu et al., 2024 (TGA-ZSR); specs: defences, section 1.5.
struct TokenMap {
  /// The rows and columns of an input; nil when it has none.
  private let size: (height: Int, width: Int)?
  /// Whether an input is more than one picture or spectrogram.
  private let isSeveral: Bool
  /// Whether tokens are divided by the length of each coordinate over all of them, as released, rather
  /// than by their own.
  private let normalizesOverTokens: Bool

  /// The maps of inputs of the given kind: brought to their height and width where they have both.
  init(of input: InputSpec, normalizesOverTokens: Bool = false) {
    self.normalizesOverTokens = normalizesOverTokens
    isSeveral = input.shape.count > 3
    if case .grid = input.patches, input.shape.count >= 2 {
      size = (input.shape[input.shape.count - 2], input.shape[input.shape.count - 1])
    } else {
      size = nil
    }
  }

  /// Maps as vectors: tokens `(R, N, E)`, the class token first, and texts `(A, R, E)`, of which the scores
  /// are averaged, give `(R, cells)`, all from 0 to 1.
  ///
  /// - Parameter inputs: how many inputs there are, of which the rows are frames or clips.
  func callAsFunction(
    _ tokens: Tensor, _ texts: Tensor, of inputs: Int
  ) throws(TorchError) -> Tensor {
    let unit = try normalizesOverTokens ? tokens.normalized(1) : tokens.normalized(2)
    let shape = unit.shape
    let places = try unit.slice(1, 1..<shape[1])  // (R, N - 1, E)
    // The mean of the scores is the score of the mean.
    let scores = try (places * texts.mean([0]).unsqueezed(1)).sum([2])  // (R, N - 1)
    let least = try scores.min([1], keepAxes: true)
    let spread = try (scores.max([1], keepAxes: true) - least).maximum(1e-12)
    let map = try (scores - least) / spread
    // Tokens of a whole clip reach over frames, and lie on no plane.
    guard !isSeveral || shape[0] > inputs, let size, let grid = grid(of: shape[1] - 1) else {
      return map
    }
    return try map.reshaped([shape[0], 1, grid.rows, grid.columns])
      .resized(height: size.height, width: size.width, by: .bilinear, antialias: false)
      .reshaped([shape[0], size.height * size.width])
  }

  /// The rows and columns of so many square patches of an input; nil when they are no such grid.
  private func grid(of count: Int) -> (rows: Int, columns: Int)? {
    guard let size else { return nil }
    for side in 1...max(1, min(size.height, size.width)) {
      let grid = (rows: size.height / side, columns: size.width / side)
      if grid.rows * grid.columns == count { return grid }
      if grid.rows * grid.columns < count { return nil }
    }
    return nil
  }
}
