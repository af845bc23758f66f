public import HoldfastCore
import HoldfastData
public import HoldfastTensor

/// What attacked inputs are compared with: the embeddings of the other side, and of distractors.
public struct Gallery {
  /// One row per entry, of unit length: `(M, D)`, float32, on the CPU.
  ///
  /// Partners come first, then distractors.
  public let embeddings: Tensor
  /// The places of each input's true partners, by the input's id.
  public let partners: [String: [Int]]
  /// How many entries are somebody's partner: those that look for inputs in the other direction.
  public let queries: Int

  /// A gallery of embeddings of any length.
  ///
  /// - Throws: `UsageError` where a partner is no entry, or an input has none.
  public init(embeddings: Tensor, partners: [String: [Int]], queries: Int) throws {
    let entries = embeddings.shape.first ?? 0
    for (id, places) in partners {
      guard !places.isEmpty, places.allSatisfy({ $0 >= 0 && $0 < queries }), queries <= entries
      else { throw UsageError("the partners of `\(id)` are not in the gallery") }
    }
    self.embeddings = try embeddings.to(.cpu).to(.float32).normalized().contiguous()
    self.partners = partners
    self.queries = queries
  }

  /// The places of an input's true partners, of which there is at least one.
  ///
  /// - Throws: `DataError` for an input without any.
  func partners(of id: String) throws(DataError) -> [Int] {
    guard let places = partners[id] else {
      throw DataError("has no partner in the gallery", in: id)
    }
    return places
  }

  /// The number of entries M.
  public var count: Int { embeddings.shape[0] }

  /// The head that reads embeddings by this gallery, on the device of `encoder`.
  public func head(scale: Double, for encoder: any Encoder) throws(TorchError) -> Head {
    Head(anchors: try embeddings.transposed().contiguous().to(encoder.device), scale: scale)
  }
}
