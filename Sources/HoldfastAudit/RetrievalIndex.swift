public import HoldfastCore
import HoldfastData
public import HoldfastTensor

/// The retrieval index, which attacked inputs search: the embeddings of the other side, and of
/// distractors.
public struct RetrievalIndex {
  /// One row per entry, of unit length: `(M, D)`, float32, on the CPU.
  ///
  /// Partners come first, then distractors.
  public let embeddings: Tensor
  /// The places of each input's true partners, by the input's id.
  public let partners: [String: [Int]]
  /// The number of entries that are partners: those that search for inputs in the other direction.
  public let queries: Int
  /// The names of the first entries; further ones have no name.
  public let names: [String]

  /// An index of embeddings of any length.
  ///
  /// - Throws: `UsageError` when a partner is not an entry, or an input has no partner.
  public init(
    embeddings: Tensor, partners: [String: [Int]], queries: Int, names: [String] = []
  ) throws {
    let entries = embeddings.shape.first ?? 0
    for (id, places) in partners {
      guard !places.isEmpty, places.allSatisfy({ $0 >= 0 && $0 < queries }), queries <= entries
      else { throw UsageError("the partners of `\(id)` are not in the retrieval index") }
    }
    self.embeddings = try embeddings.to(.cpu).to(.float32).normalized().contiguous()
    self.partners = partners
    self.queries = queries
    self.names = names
  }

  /// The indices of an input's true partners; at least one.
  ///
  /// - Throws: `DataError` for an input without any.
  func partners(of id: String) throws(DataError) -> [Int] {
    guard let places = partners[id] else {
      throw DataError("has no partner in the retrieval index", in: id)
    }
    return places
  }

  /// The name of an entry, or its number from 1.
  public func name(of place: Int) -> String {
    names.indices.contains(place) ? names[place] : "entry \(place + 1)"
  }

  /// The number of entries M.
  public var count: Int { embeddings.shape[0] }

  /// The head that reads embeddings by this index, on the device of `encoder`.
  public func head(scale: Double, for encoder: any Encoder) throws(TorchError) -> Head {
    Head(anchors: try embeddings.transposed().contiguous().to(encoder.device), scale: scale)
  }
}
