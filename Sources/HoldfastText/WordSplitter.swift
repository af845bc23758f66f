/// Splits normalised text into the words that BPE then merges.
///
/// The same words as the two expressions that `transformers` runs one after the other:
/// `<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
/// then, on each match, GPT-2's. The second only ever changes the two literals, which it cuts
/// into `<|`, the name and `|>`; what the first does for them is to end the word there.
struct WordSplitter: Sequence, IteratorProtocol {
  private let text: [Unicode.Scalar]
  private var position = 0
  /// Words already found that are still to be handed out, last first.
  private var pending: [Range<Int>] = []

  init(_ text: [Unicode.Scalar]) { self.text = text }

  private static let literals = ["startoftext", "endoftext"].map { Array($0.unicodeScalars) }
  private static let contractions = ["s", "t", "re", "ve", "m", "ll", "d"]
    .map { Array($0.unicodeScalars) }

  mutating func next() -> ArraySlice<Unicode.Scalar>? {
    if let word = pending.popLast() { return text[word] }
    while position < text.count, CharacterClass(text[position]) == .space { position += 1 }
    guard position < text.count else { return nil }

    let start = position
    if let name = literal(at: start) {
      pending = [name.upperBound..<name.upperBound + 2, name]
      position = name.upperBound + 2
      return text[start..<name.lowerBound]
    }
    if text[start] == "'",
      let ending = Self.contractions.first(where: { text[(start + 1)...].starts(with: $0) })
    {
      position = start + 1 + ending.count
      return text[start..<position]
    }
    let kind = CharacterClass(text[start])
    position += 1
    if kind != .number {
      while position < text.count, CharacterClass(text[position]) == kind { position += 1 }
    }
    return text[start..<position]
  }

  /// The name between `<|` and `|>` if one of the two literals starts here.
  private func literal(at start: Int) -> Range<Int>? {
    guard text[start] == "<", text[start...].starts(with: ["<", "|"]) else { return nil }
    for literal in Self.literals {
      let name = start + 2..<start + 2 + literal.count
      if text[name.lowerBound...].starts(with: literal),
        text[name.upperBound...].starts(with: ["|", ">"])
      {
        return name
      }
    }
    return nil
  }
}
