public import HoldfastTensor

extension AdversarialLesson {
  /// What a lesson may do otherwise.
  public struct Settings: Hashable, Sendable {
    /// The batches of the whole training, which stages share.
    public var batches: Int
    /// The seed of the noise, and of fresh adapters.
    public var seed: UInt64
    /// How many samples are in memory at a time; nil for whole batches.
    public var microBatch: Int?
    /// The element type of the trained passes; leaves and losses are float32.
    public var precision = DType.float32
    /// The element type of the search.
    public var searchPrecision = DType.float32
    /// How many samples' embeddings by the frozen model are kept; 0 when inputs change from epoch to
    /// epoch.
    public var cache = 200_000

    /// Settings for a training of the given length.
    public init(batches: Int, seed: UInt64, microBatch: Int? = nil) {
      self.batches = batches
      self.seed = seed
      self.microBatch = microBatch
    }
  }
}
