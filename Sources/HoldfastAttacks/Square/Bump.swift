import HoldfastCore

/// The shape that Square adds to a window in L2 and L1: a hill in one half and a hollow in the
/// other, of unit norm.
///
/// A hill is a sum of rectangles around the middle of its half, each a cell wider on every side
/// than the one before, of height 1/i² (L2) or 1/i⁴ (L1) for the i-th. A cell is as high as the
/// smallest rectangle that holds it lets it be, so its height is the smaller of what its row and
/// its column allow (Andriushchenko et al., 2020, section 3.4; specs: attacks, section 1.5).
struct Bump: Hashable {
  /// The factors of the cells in a line.
  struct Profile: Hashable {
    var levels: [Float]
    var weights: [Float]
  }

  /// Along the axis that is cut in two halves.
  let along: Profile
  /// Along the other axis.
  let across: Profile

  /// The value of a cell.
  subscript(line: Int, position: Int) -> Float {
    min(along.levels[line], across.levels[position]) * along.weights[line]
      * across.weights[position]
  }

  /// A bump on a square.
  init(side: Int, norm: Norm) {
    // The height within a ring: the sum over the rectangles that reach as far out.
    var heights: [Double] = []
    for ring in (0...side / 2).reversed() {
      heights.append((heights.last ?? 0) + 1 / Self.power(Double(ring + 1), norm == .l1 ? 4 : 2))
    }
    heights.reverse()
    func levels(_ size: Int) -> [Float] { (0..<size).map { Float(heights[abs($0 - size / 2)]) } }

    let across = levels(side)
    let halves = [levels(side / 2), levels(side - side / 2)]
    let order = norm == .l1 ? 1 : 2
    // Each half has the same norm, whatever its size; all of it has norm 1.
    let parts = Double(halves.count { !$0.isEmpty })
    let weights = zip(halves, [1.0, -1.0]).map { half, sign in
      let sum = half.reduce(0) { sum, level in
        across.reduce(sum) { $0 + Self.power(Double(min(level, $1)), order) }
      }
      let size = Self.root(sum * parts, order)
      return [Float](repeating: Float(sign / size), count: half.count)
    }
    along = Profile(levels: halves[0] + halves[1], weights: weights[0] + weights[1])
    self.across = Profile(levels: across, weights: .init(repeating: 1, count: side))
  }

  /// A bump on a window of a waveform: the middle line of a square's, of unit norm, its first half a
  /// hill and its second a hollow.
  init(window: Int, norm: Norm) {
    let levels = Bump(side: window, norm: norm).along.levels
    let order = norm == .l1 ? 1 : 2
    let half = window / 2
    let parts = half == 0 ? 1.0 : 2.0
    func weights(_ levels: ArraySlice<Float>, _ sign: Double) -> [Float] {
      let sum = levels.reduce(0) { $0 + Self.power(Double($1), order) }
      return levels.map { _ in Float(sign / Self.root(sum * parts, order)) }
    }
    along = Profile(levels: [levels.max() ?? 1], weights: [1])
    across = Profile(
      levels: levels, weights: weights(levels[..<half], 1) + weights(levels[half...], -1))
  }

  /// The same for items of a set, which have no middle: half of them rise and half of them fall,
  /// all by as much.
  init(items: Int, norm: Norm) {
    let size = 1 / Self.root(Double(max(1, items)), norm == .l1 ? 1 : 2)
    along = Profile(levels: [1], weights: [1])
    across = Profile(
      levels: .init(repeating: 1, count: items),
      weights: (0..<items).map { Float($0 * 2 < items ? size : -size) })
  }

  private static func power(_ value: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * value }
  }

  private static func root(_ value: Double, _ order: Int) -> Double {
    order == 1 ? value : value.squareRoot()
  }
}
