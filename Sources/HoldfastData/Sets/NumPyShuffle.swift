/// numpy's legacy `RandomState(seed).permutation(n)`: the Mersenne Twister MT19937, and a
/// Fisher-Yates shuffle with masked draws.
///
/// Source: Matsumoto and Nishimura, 1998; numpy's `legacy-distributions`, which will not change.
enum NumPyShuffle {
  /// The permutation of `0..<count`.
  static func permutation(of count: Int, seed: UInt32) -> [Int] {
    var twister = MersenneTwister(seed: seed)
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      let mask = UInt32.max >> UInt32(UInt32(last).leadingZeroBitCount)
      var draw = twister.next() & mask
      while draw > last { draw = twister.next() & mask }
      order.swapAt(last, Int(draw))
    }
    return order
  }

  private struct MersenneTwister {
    private var state = [UInt32](repeating: 0, count: 624)
    private var index = 624

    init(seed: UInt32) {
      state[0] = seed
      for i in 1..<624 {
        state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
      }
    }

    mutating func next() -> UInt32 {
      if index == 624 { twist() }
      var word = state[index]
      index += 1
      word ^= word >> 11
      word ^= (word << 7) & 0x9D2C_5680
      word ^= (word << 15) & 0xEFC6_0000
      return word ^ (word >> 18)
    }

    private mutating func twist() {
      for i in 0..<624 {
        let word = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7FFF_FFFF)
        state[i] = state[(i + 397) % 624] ^ (word >> 1) ^ (word & 1 == 0 ? 0 : 0x9908_B0DF)
      }
      index = 0
    }
  }
}
