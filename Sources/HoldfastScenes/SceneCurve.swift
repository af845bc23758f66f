/// A line through values at equal distances: what changes while something lasts.
struct SceneCurve: ExpressibleByArrayLiteral, ExpressibleByFloatLiteral, Sendable {
  private let values: [Double]

  init(_ values: [Double]) {
    self.values = values.isEmpty ? [0] : values
  }

  init(arrayLiteral values: Double...) {
    self.init(values)
  }

  /// The same value all the time.
  init(floatLiteral value: Double) {
    self.init([value])
  }

  /// The value at a time, from 0 at the beginning to 1 at the end.
  func value(at time: Double) -> Double {
    let place = min(max(time, 0), 1) * Double(values.count - 1)
    let index = min(Int(place), max(values.count - 2, 0))
    let next = min(index + 1, values.count - 1)
    return values[index] + (values[next] - values[index]) * (place - Double(index))
  }
}

/// Two to the power of a number.
///
/// By a power series, good to a part in ten million, and the same on every platform, which the C
/// library's is not.
func powerOfTwo(_ exponent: Double) -> Double {
  let bounded = min(max(exponent, -1000), 1000)
  let whole = bounded.rounded(.down)
  let x = (bounded - whole) * 0.693_147_180_559_945_3
  var sum = 1.0
  for divisor in stride(from: 9.0, through: 1, by: -1) { sum = 1 + x / divisor * sum }
  return Double(sign: .plus, exponent: Int(whole), significand: sum)
}
