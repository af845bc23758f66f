import HoldfastCore
import Testing

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test("The sequence is that of the reference implementation")
  func reference() {
    // splitmix64.c by Sebastiano Vigna, seed 1234567.
    var random = SplitMix64(seed: 1_234_567)
    let values = (0..<5).map { _ in random.next() }
    #expect(
      values == [
        6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
        4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
      ])
  }

  @Test("Numbers stay in their ranges and reach both ends")
  func ranges() {
    var random = SplitMix64(seed: 5)
    var seen: Set<Int> = []
    for _ in 0..<10_000 {
      #expect((0..<1).contains(random.unit()))
      #expect((-2.0...3.0).contains(random.number(in: -2...3)))
      seen.insert(random.integer(in: -3...3))
    }
    #expect(seen == Set(-3...3))
    #expect(random.pick([Int]()) == nil)
  }

  @Test("Streams of one seed differ")
  func streams() {
    let firsts = (0..<UInt64(1000)).map { stream in
      var random = SplitMix64(seed: 9, stream: stream)
      return random.next()
    }
    #expect(Set(firsts).count == 1000)
  }
}
