import CTorch

/// A source of noise that depends on its seed and stream, and on nothing else.
///
/// Each sample of a run gets `Generator(seed: runSeed, stream: sampleID)`, so its noise does not
/// depend on the batch size, the order, the device, or where the run was resumed. The numbers are
/// drawn on the CPU by Philox 4x32-10 (Salmon et al., SC 2011).
public struct Generator: Sendable, Hashable {
  /// The seed of the run.
  public let seed: UInt64
  /// Which of the run's streams this is.
  public let stream: UInt64
  /// The random words taken from the stream so far.
  private var drawn: UInt64 = 0

  /// The stream of the given number.
  public init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// The stream named by a text, such as the id of a sample.
  public init(seed: UInt64, stream name: String) {
    self.init(seed: seed, stream: Self.hash(name))
  }

  /// A stream of its own for one purpose, independent of what was drawn so far.
  public func split(_ purpose: String, _ index: Int = 0) -> Generator {
    Generator(seed: seed, stream: Self.hash("\(stream)/\(purpose)/\(index)"))
  }

  /// Uniform numbers of [0, 1), float32, on the CPU.
  public mutating func uniform(_ shape: [Int]) throws(TorchError) -> Tensor {
    try draw(shape, wordsEach: 1, hf_philox_uniform)
  }

  /// Standard normal numbers, float32, on the CPU.
  public mutating func normal(_ shape: [Int]) throws(TorchError) -> Tensor {
    try draw(shape, wordsEach: 2, hf_philox_normal)
  }

  /// A whole number of 0 ..< bound, each equally likely.
  public mutating func integer(below bound: Int) -> Int {
    precondition(bound > 0, "there is no whole number below \(bound) to draw")
    var words: [UInt32] = [0, 0]
    hf_philox_bits(seed, stream, drawn, &words, 2)
    drawn += 2
    let word = UInt64(words[0]) << 32 | UInt64(words[1])
    return Int(word.multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The numbers 0 ..< count in random order (Fisher-Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for i in order.indices.dropFirst().reversed() {
      order.swapAt(i, integer(below: i + 1))
    }
    return order
  }

  private mutating func draw(
    _ shape: [Int], wordsEach: UInt64,
    _ fill: (UInt64, UInt64, UInt64, UnsafeMutablePointer<Float>?, Int) -> Void
  ) throws(TorchError) -> Tensor {
    let count = try elementCount(of: shape, "noise")
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, filled in
      fill(seed, stream, drawn, buffer.baseAddress, count)
      filled = count
    }
    drawn += UInt64(count) * wordsEach
    return try Tensor(values, shape)
  }

  /// FNV-1a, 64 bit.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
