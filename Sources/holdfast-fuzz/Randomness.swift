import HoldfastCore

/// Draws that depend on the seed, the reader and the number of the case alone.
struct Randomness {
  private var source: SplitMix64

  init(seed: UInt64, reader: String, number: Int) {
    let name = reader.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    source = SplitMix64(seed: seed ^ name, stream: UInt64(number))
  }

  /// A number below `count`, which is above 0.
  mutating func below(_ count: Int) -> Int { source.integer(in: 0...count - 1) }

  mutating func pick<Choice>(_ choices: [Choice]) -> Choice { choices[below(choices.count)] }

  mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: source.next()) }
}
