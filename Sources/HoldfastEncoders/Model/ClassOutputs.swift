public import HoldfastCore

/// The classes that a model tells apart by itself: its embeddings are their logits.
public struct ClassOutputs: Hashable, Sendable {
  /// The number of classes.
  public let count: Int
  /// Their names, in the order of the logits; nil if unknown.
  public let names: [String]?

  /// Creates `count` classes, with their names if known.
  public init(count: Int, names: [String]?) {
    self.count = count
    self.names = names
  }

  /// What reads the logits: the embeddings as they are.
  ///
  /// - Throws: ``EncoderError`` when classes are asked for that the model does not know.
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
