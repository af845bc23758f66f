import HoldfastTensor
import Testing

@Suite("Noise depends on seed and stream alone")
struct GeneratorTests {
  /// Philox 4x32-10 once more, from the paper's pseudo-code.
  func philox(key: [UInt32], counter: [UInt32]) -> [UInt32] {
    var (x, k) = (counter, key)
    for _ in 0..<10 {
      let a = x[0].multipliedFullWidth(by: 0xD251_1F53)
      let b = x[2].multipliedFullWidth(by: 0xCD9E_8D57)
      x = [b.high ^ x[1] ^ k[0], b.low, a.high ^ x[3] ^ k[1], a.low]
      k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return x
  }

  /// The known answers of Random123 1.09, file kat_vectors.
  @Test func publishedAnswers() {
    let all = [UInt32](repeating: .max, count: 4)
    #expect(
      philox(key: [0, 0], counter: [0, 0, 0, 0])
        == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(
      philox(key: [.max, .max], counter: all)
        == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    #expect(
      philox(
        key: [0xa409_3822, 0x299f_31d0],
        counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344])
        == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  /// The library's words are Philox's: a uniform number is the upper 24 bits of one.
  @Test(
    arguments: [
      (0, 0), (1, 2), (0xdead_beef_0123_4567, 0xfedc_ba98_7654_3210), (.max, .max),
    ] as [(UInt64, UInt64)])
  func uniformNumbersArePhilox(_ seed: UInt64, _ stream: UInt64) throws {
    func halves(_ x: UInt64) -> [UInt32] { [UInt32(truncatingIfNeeded: x), UInt32(x >> 32)] }
    var generator = Generator(seed: seed, stream: stream)
    let found = try generator.uniform([40]).array(of: Float.self)
    let known = (0..<10).flatMap { block in
      philox(key: halves(seed), counter: [UInt32(block), 0] + halves(stream))
        .map { Float($0 >> 8) / 16_777_216 }
    }
    #expect(found == known)
  }

  @Test func chunkingDoesNotMatter() throws {
    for normal in [false, true] {
      func draw(_ counts: [Int]) throws -> [Float] {
        var generator = Generator(seed: 4, stream: "a sample")
        return try counts.flatMap { count in
          try (normal ? generator.normal([count]) : generator.uniform([count]))
            .array(of: Float.self)
        }
      }
      let whole = try draw([16])
      for parts in [[10, 6], [1, 15], [3, 3, 3, 3, 4], [0, 16]] {
        #expect(try draw(parts) == whole)
      }
    }
  }

  /// Uniform numbers drawn after normal ones share no word with them.
  @Test func kindsDoNotOverlap() throws {
    var mixed = Generator(seed: 4, stream: 1)
    _ = try mixed.normal([10])
    let after = try mixed.uniform([30]).array(of: Float.self)
    var plain = Generator(seed: 4, stream: 1)
    let words = try plain.uniform([50]).array(of: Float.self)
    #expect(after == Array(words[20...]))
  }

  @Test func streamsDiffer() throws {
    let generators = [
      Generator(seed: 0, stream: 0), Generator(seed: 1, stream: 0), Generator(seed: 0, stream: 1),
      Generator(seed: 0, stream: "a"), Generator(seed: 0, stream: "b"),
      Generator(seed: 0, stream: 0).split("start"), Generator(seed: 0, stream: 0).split("start", 1),
      Generator(seed: 0, stream: 0).split("star", 11),
    ]
    let draws = try generators.map { generator in
      var generator = generator
      return try generator.uniform([8]).array(of: Float.self)
    }
    #expect(Set(draws).count == generators.count)
    var used = generators[0]
    _ = try used.uniform([5])
    #expect(used.split("start") == generators[0].split("start"))
  }

  @Test func moments() throws {
    var generator = Generator(seed: 9, stream: 9)
    let uniform = try generator.uniform([200_000])
    #expect(try uniform.min().item() >= 0 && uniform.max().item() < 1)
    #expect(try abs(uniform.mean().item() - 0.5) < 3e-3)
    #expect(try abs(uniform.variance().item() - 1.0 / 12) < 1e-3)
    let normal = try generator.normal([200_000])
    #expect(try abs(normal.mean().item()) < 1e-2)
    #expect(try abs(normal.variance().item() - 1) < 2e-2)
    #expect(try abs((normal.squared() * normal.squared()).mean().item() - 3) < 0.15)
    let neighbours = try normal.slice(0, 1..<200_000) * normal.slice(0, 0..<199_999)
    #expect(try abs(neighbours.mean().item()) < 1e-2)
  }

  @Test func wholeNumbers() {
    var generator = Generator(seed: 1, stream: 1)
    var counts = [0, 0, 0]
    for _ in 0..<6000 { counts[generator.integer(below: 3)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 2000) < 200 }, "\(counts)")
    #expect(generator.integer(below: 1) == 0)
    #expect(generator.permutation(50).sorted() == Array(0..<50))
    #expect(generator.permutation(0).isEmpty && generator.permutation(1) == [0])
    #expect(generator.permutation(50) != generator.permutation(50))
  }
}
