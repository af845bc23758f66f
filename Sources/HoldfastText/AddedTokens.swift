/// Tokens that are cut out of the text whole, before anything is split: `<|startoftext|>`.
///
/// Leftmost first, longest first. A token is looked for either in the text as written or in the
/// text after normalisation.
struct AddedTokens: Sendable {
  enum Part: Equatable {
    case text([Unicode.Scalar])
    case token(Int)
  }

  private struct Token: Sendable {
    let scalars: [Unicode.Scalar]
    let id: Int
  }

  private var byFirst: [Unicode.Scalar: [Token]] = [:]

  init(_ tokens: [(scalars: [Unicode.Scalar], id: Int)]) {
    for (scalars, id) in tokens {
      guard let first = scalars.first else { continue }
      byFirst[first, default: []].append(Token(scalars: scalars, id: id))
    }
    for first in byFirst.keys {
      byFirst[first]?.sort { $0.scalars.count > $1.scalars.count }
    }
  }

  /// The text in order, cut at every token.
  func split(_ text: [Unicode.Scalar]) -> [Part] {
    guard !byFirst.isEmpty else { return [.text(text)] }
    var parts: [Part] = []
    var start = 0
    var position = 0
    while position < text.count {
      let tokens = byFirst[text[position]] ?? []
      guard let token = tokens.first(where: { text[position...].starts(with: $0.scalars) }) else {
        position += 1
        continue
      }
      if start < position { parts.append(.text(Array(text[start..<position]))) }
      parts.append(.token(token.id))
      position += token.scalars.count
      start = position
    }
    if start < text.count { parts.append(.text(Array(text[start...]))) }
    return parts
  }
}
