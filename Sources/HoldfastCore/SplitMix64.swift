/// A small deterministic random number generator: 64 bits of state, one multiply-xorshift per draw.
///
/// The sequence depends on the seed alone, and the mapping to numbers is our own (the standard
/// library's may change between releases), so draws are the same on every machine and with every
/// release. Not for tensors, whose noise is ``Noise``, and not for cryptography. Source: Steele,
/// Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// Starts the sequence of `seed`.
  @inlinable
  public init(seed: UInt64) {
    state = seed
  }

  /// Starts one of many unrelated sequences that share a seed.
  @inlinable
  public init(seed: UInt64, stream: UInt64) {
    state = Self.mix(seed ^ Self.mix(stream &+ Self.increment))
  }

  /// The next 64 random bits.
  @inlinable
  public mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mix(state)
  }

  /// A number in [0, 1), a multiple of 2⁻⁵³.
  @inlinable
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A number between the two bounds.
  @inlinable
  public mutating func number(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + unit() * (range.upperBound - range.lowerBound)
  }

  /// A whole number between the two bounds, both included.
  @inlinable
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    let count = UInt64(range.upperBound - range.lowerBound) + 1
    return range.lowerBound + Int(next().multipliedFullWidth(by: count).high)
  }

  /// One of `choices`, each as likely as the others; nil only if there are none.
  @inlinable
  public mutating func pick<Choice>(_ choices: [Choice]) -> Choice? {
    choices.isEmpty ? nil : choices[integer(in: 0...choices.count - 1)]
  }

  /// A number of mean 0 and variance 1, nearly Gaussian: the sum of four uniform ones.
  @inlinable
  public mutating func gaussian() -> Double {
    let bits = next()
    let sum =
      (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return (Double(sum) / 65535 - 2) * 1.732
  }

  /// The generator's output function, a bijection of the 64-bit words.
  @inlinable
  static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  @inlinable static var increment: UInt64 { 0x9E37_79B9_7F4A_7C15 }
}
