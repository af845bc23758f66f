public import HoldfastCore

/// The classes that a model tells apart by itself: its embeddings are their logits.
public struct ClassOutputs: Hashable, Sendable {
  /// How many there are.
  public let count: Int
  /// Their names, in the order of the logits; none where nobody said them.
  public let names: [String]?

  /// Classes by number, and by name where they have any.
  public init(count: Int, names: [String]?) {
    self.count = count
    self.names = names
  }

  /// What reads the logits: the embeddings as they are.
  ///
  /// - Throws: ``EncoderError`` where others are asked for than the model tells apart.
  public func head(for asked: [String], of model: String) throws(EncoderError) -> Head {
    guard names.map({ $0 == asked }) ?? (asked.count == count) else {
      throw EncoderError(
        what:
          "tells \(count) classes apart, and these are not the \(asked.count) that are asked for",
        where: model, hint: "a classifier's classes are those it was trained on, in their order")
    }
    return Head(logits: count)
  }
}
