import HoldfastFormats

/// The shapes in a file, from which the sizes of a model are told.
///
/// What is not there is noted, and 1 stands in for its sizes, so that all of it is reported at once.
final class ShapeReader {
  /// The file, for messages.
  let file: String
  /// The names of all tensors.
  let names: Set<String>

  private let source: any TensorSource
  private var missing: [String] = []

  /// A reader of `source`.
  init(_ source: any TensorSource) {
    self.source = source
    file = source.file
    names = Set(source.names)
  }

  /// The shape of a tensor that must have `rank` axes.
  subscript(_ name: String, rank rank: Int) -> [Int] {
    if names.contains(name), let entry = try? source.entry(for: name), entry.shape.count == rank,
      entry.shape.allSatisfy({ (1...1 << 24).contains($0) })
    {
      return entry.shape
    }
    missing.append("\(name) with \(rank) axes")
    return [Int](repeating: 1, count: rank)
  }

  /// How many elements a list has, by the highest number behind `prefix`; at least 1.
  func count(below prefix: String) -> Int {
    let numbers = names.compactMap { name in
      name.hasPrefix(prefix) ? Int(name.dropFirst(prefix.count).prefix { $0 != "." }) : nil
    }
    // What lies beyond is out of bounds anyhow, and adding to it could overflow.
    return 1 + min(numbers.max() ?? 0, 1 << 24)
  }

  /// Says everything that is not there.
  ///
  /// - Parameter family: what the model is taken for, with its article.
  func complain(_ family: String) throws(EncoderError) {
    guard !missing.isEmpty else { return }
    throw EncoderError(
      what: "the model's sizes are unknown without " + missing.joined(separator: ", "),
      where: file, hint: "is it \(family) model in the published layout, and complete?")
  }
}
