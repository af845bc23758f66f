import Synchronization

/// The integer weights that make the target pixels of one axis from its source pixels.
///
/// Pillow's: weights are computed in double, normalised to 1, then rounded to 22 fractional bits
/// (a pixel is `(2²¹ + Σ pixel · weight) >> 22`, clipped to 8 bits).
struct ResampleTable: Sendable {
  /// Fractional bits of a weight: 32 less 8 for the pixel and 2 for the overshoot of a filter.
  static let precision: Int32 = 22

  /// Room per target pixel in `weights`.
  let stride: Int

  /// The first source pixel of every target pixel.
  let starts: [Int]

  /// The number of source pixels of every target pixel.
  let counts: [Int]

  /// `stride` weights for every target pixel, of which `counts` are used.
  let weights: [Int32]

  /// The source pixels that any target pixel needs.
  var needed: Range<Int> {
    let first = starts.first ?? 0
    let last = zip(starts, counts).map { $0 + $1 }.max() ?? first
    return first..<last
  }

  /// Computes the weights of the target pixels `range` of an axis resized from `input` to `output`.
  init(input: Int, output: Int, range: Range<Int>, filter: ResampleFilter) {
    let scale = Double(input) / Double(output)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    let inverse = 1 / stretch
    stride = Int(support.rounded(.up)) * 2 + 1

    var starts: [Int] = []
    var counts: [Int] = []
    var weights = [Int32](repeating: 0, count: range.count * stride)
    starts.reserveCapacity(range.count)
    counts.reserveCapacity(range.count)
    for (place, target) in range.enumerated() {
      let centre = (Double(target) + 0.5) * scale
      let start = max(0, Int(centre - support + 0.5))
      let count = min(input, Int(centre + support + 0.5)) - start
      let exact = (0..<count).map {
        filter.weight(at: (Double($0 + start) - centre + 0.5) * inverse)
      }
      var sum = 0.0
      for weight in exact { sum += weight }
      for (tap, weight) in exact.enumerated() {
        weights[place * stride + tap] = Self.fixedPoint(sum == 0 ? weight : weight / sum)
      }
      starts.append(start)
      counts.append(count)
    }
    self.starts = starts
    self.counts = counts
    self.weights = weights
  }

  private static func fixedPoint(_ weight: Double) -> Int32 {
    let scaled = weight * Double(1 << precision)
    return Int32(weight < 0 ? scaled - 0.5 : scaled + 0.5)
  }
}

extension ResampleTable {
  private struct Key: Hashable {
    let input: Int
    let output: Int
    let range: Range<Int>
    let filter: ResampleFilter
  }

  private static let cache = Mutex<[Key: ResampleTable]>([:])

  /// The table of an axis, kept for the next image of the same size.
  static func table(
    input: Int, output: Int, range: Range<Int>, filter: ResampleFilter
  ) -> ResampleTable {
    let key = Key(input: input, output: output, range: range, filter: filter)
    if let table = cache.withLock({ $0[key] }) { return table }
    let table = ResampleTable(input: input, output: output, range: range, filter: filter)
    cache.withLock { tables in
      if tables.count >= 256 { tables.removeAll() }
      tables[key] = table
    }
    return table
  }
}
