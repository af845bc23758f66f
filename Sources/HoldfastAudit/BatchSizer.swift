import HoldfastAttacks
public import HoldfastCore
public import HoldfastTensor

/// The default number of samples in a batch: as many as are worth it and fit.
///
/// On a CPU the bytes of a sample are measured against half of what is free. On a GPU a batch grows
/// until it brings nothing more, or the memory runs out; then the last that fitted is taken. An attack
/// may need more than a plain pass; a pool that runs out of memory halves its batch by itself.
public struct BatchSizer {
  /// The most samples on a CPU; larger batches are not faster there.
  public static let most = 32
  /// The most samples on a GPU.
  public static let mostOnDevice = 1024

  /// The batch size, and the figures behind the choice.
  public struct Choice: Hashable, Sendable {
    /// The most samples that share a batch.
    public let count: Int
    /// The bytes of a sample while its gradient is taken; nil when they were not measured.
    public let bytesPerSample: Int?
    /// The bytes that were free.
    public let free: Int?
  }

  private let encoder: any Encoder
  private let memory: FreeMemory
  private let shares: Int

  /// A sizer for an encoder.
  ///
  /// - Parameter shares: how many processes share the machine's memory.
  public init(_ encoder: any Encoder, memory: FreeMemory = FreeMemory(), shares: Int = 1) {
    self.encoder = encoder
    self.memory = memory
    self.shares = max(1, shares)
  }

  /// The batch size for this encoder on its device.
  public func choice() throws(TorchError) -> Choice {
    guard encoder.device == .cpu else {
      let count = try Self.grown { (count) throws(TorchError) in try seconds(count) }
      return Choice(count: count, bytesPerSample: nil, free: nil)
    }
    // The first pass fills caches that later ones share.
    try pass(1)
    guard let one = try peak(of: 1), let free = memory.bytes else {
      return Choice(count: Self.most, bytesPerSample: nil, free: nil)
    }
    // What a pass holds whatever the batch cancels out in the difference; if four samples might not
    // fit, it is counted as the sample's.
    var bytes = max(0, one)
    if bytes * 8 < free / shares, let four = try peak(of: 4) { bytes = max(0, four - one) / 3 }
    return Choice(
      count: Self.count(bytesPerSample: bytes, free: free / shares), bytesPerSample: bytes,
      free: free)
  }

  /// How many samples of a size half of the free memory holds.
  static func count(bytesPerSample: Int, free: Int) -> Int {
    guard bytesPerSample > 0 else { return most }
    return min(most, max(1, free / 2 / bytesPerSample))
  }

  /// The batch size that growing from ``most`` ends at.
  ///
  /// - Parameter seconds: how long a pass of so many samples takes. If it runs out of memory,
  ///   smaller batches are tried, down to one sample.
  /// - Throws: what `seconds` throws other than that, and that at a batch of one.
  static func grown(
    _ seconds: (Int) throws(TorchError) -> Double
  ) throws(TorchError) -> Int {
    func tried(_ count: Int) throws(TorchError) -> Double? {
      do {
        return try seconds(count) / Double(count)
      } catch {
        guard error.code == .outOfMemory else { throw error }
        return nil
      }
    }
    var count = most
    guard var best = try tried(count) else {
      while count > 1 {
        count /= 2
        if count == 1 { _ = try seconds(1) } else if try tried(count) == nil { continue }
        return count
      }
      return 1
    }
    while count * 2 <= mostOnDevice, let next = try tried(count * 2), next < best * 0.95 {
      (count, best) = (count * 2, next)
    }
    return count
  }

  // MARK: Passes

  /// A forward and a backward pass over noise of the legal range.
  private func pass(_ count: Int) throws(TorchError) {
    let spec = encoder.input
    var generator = Generator(seed: 0, stream: "batch size")
    let low = Double(spec.range?.lowerBound ?? -1)
    let high = Double(spec.range?.upperBound ?? 1)
    let x = try (generator.uniform([count] + spec.shape) * (high - low) + low).to(encoder.device)
    try withGradients(enabled: true) { () throws(TorchError) in
      let input = try x.leaf()
      let sum = try encoder.embed(input).to(.float32).squared().sum()
      // A model that cuts its gradient off is asked without.
      if sum.requiresGradient { _ = try gradient(of: sum, withRespectTo: input) }
    }
    try encoder.device.synchronize()
  }

  private func seconds(_ count: Int) throws(TorchError) -> Double {
    try pass(count)
    let clock = ContinuousClock()
    let began = clock.now
    try pass(count)
    return (clock.now - began) / .seconds(1)
  }

  /// By how much a pass raises what the process holds; nil when the system does not say.
  private func peak(of count: Int) throws(TorchError) -> Int? {
    guard memory.forgetPeak(), let before = memory.own else { return nil }
    try pass(count)
    return memory.own.map { $0.peak - before.now }
  }
}
