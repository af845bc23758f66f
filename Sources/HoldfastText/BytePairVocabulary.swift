import Foundation
import HoldfastFormats

/// A byte-level BPE vocabulary of CLIP's form, learned from texts.
///
/// The ids are the 256 byte symbols, the same with `</w>`, the merges in the order they were
/// learned, and the two special tokens; ``CLIPTokenizer`` and transformers read the files.
/// Source: Sennrich et al. 2016, algorithm 1, on bytes.
public struct BytePairVocabulary: Hashable, Sendable {
  /// Two symbols that become one.
  public struct Merge: Hashable, Sendable {
    /// The first symbol.
    public let left: String
    /// The symbol behind it.
    public let right: String
  }

  /// Every token, at the place of its id.
  public let tokens: [String]
  /// The merges, first learned first.
  public let merges: [Merge]

  /// Merges the pair of symbols that occurs most, again and again; of equals the first in order.
  ///
  /// - Parameters:
  ///   - texts: normalised and split into words as ``CLIPTokenizer`` does.
  ///   - limit: the most merges; without one, every word of the texts becomes one token.
  public init(learnedFrom texts: [String], limit: Int = .max) {
    var words = Self.words(of: texts)
    var merges: [Merge] = []
    while merges.count < limit, let best = Self.commonest(in: words) {
      merges.append(best)
      for index in words.indices { words[index].symbols.merge(best) }
    }
    let bytes = ByteSymbols.order.map { ByteSymbols.symbols[Int($0)] }
    var tokens = bytes + bytes.map { $0 + ByteSymbols.endOfWord }
    var known = Set(tokens)
    // Two merges may make the same token: a + bc and ab + c.
    for merge in merges where known.insert(merge.left + merge.right).inserted {
      tokens.append(merge.left + merge.right)
    }
    let special = SpecialTokens()
    self.tokens = tokens + [special.start.content, special.end.content]
    self.merges = merges
  }

  /// The id of the token that ends every text.
  public var endID: Int { tokens.count - 1 }

  /// Writes `vocab.json`, `merges.txt` and `tokenizer_config.json` into a folder that exists.
  ///
  /// - Parameter contextLength: the most tokens that the model takes.
  /// - Throws: `FormatError` when a file cannot be written.
  public func write(to folder: String, contextLength: Int) throws {
    let ids = Dictionary(uniqueKeysWithValues: zip(tokens, tokens.indices))
    try Self.write(ids, to: "\(folder)/vocab.json")
    let lines = ["#version: 0.2"] + merges.map { "\($0.left) \($0.right)" }
    try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: "\(folder)/merges.txt")
    try Self.write(Settings(length: contextLength), to: "\(folder)/tokenizer_config.json")
  }

  private static func write(_ value: some Encodable, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(Array(try encoder.encode(value)), to: path)
  }

  /// What transformers must know beside the vocabulary.
  private struct Settings: Encodable {
    let tokenizerClass = "CLIPTokenizer"
    let bosToken = SpecialTokens().start.content
    let eosToken = SpecialTokens().end.content
    let unkToken = SpecialTokens().unknown.content
    let padToken = SpecialTokens().padding.content
    let modelMaxLength: Int

    init(length: Int) { modelMaxLength = length }
  }

  // MARK: Learning

  private struct Word {
    var symbols: [String]
    let count: Int
  }

  /// The different words of the texts as symbols, with how often each occurs.
  private static func words(of texts: [String]) -> [Word] {
    var counts: [[UInt8]: Int] = [:]
    for text in texts {
      for word in WordSplitter(CLIPNormalizer.normalize(Array(text.unicodeScalars))) {
        let bytes = word.flatMap { Array(UTF8.encode($0) ?? UTF8.encodedReplacementCharacter) }
        counts[bytes, default: 0] += 1
      }
    }
    return counts.map { bytes, count in
      var symbols = bytes.map { ByteSymbols.symbols[Int($0)] }
      symbols[symbols.count - 1] += ByteSymbols.endOfWord
      return Word(symbols: symbols, count: count)
    }
  }

  /// The pair that occurs most; nil once every word is one symbol.
  private static func commonest(in words: [Word]) -> Merge? {
    var counts: [Merge: Int] = [:]
    for word in words {
      for (left, right) in zip(word.symbols, word.symbols.dropFirst()) {
        counts[Merge(left: left, right: right), default: 0] += word.count
      }
    }
    return counts.max { a, b in
      a.value != b.value
        ? a.value < b.value : (b.key.left, b.key.right) < (a.key.left, a.key.right)
    }?.key
  }
}

extension [String] {
  /// Joins every occurrence of a pair, from the left.
  fileprivate mutating func merge(_ pair: BytePairVocabulary.Merge) {
    guard count > 1 else { return }
    var joined: [String] = []
    var index = 0
    while index < count {
      if index + 1 < count, self[index] == pair.left, self[index + 1] == pair.right {
        joined.append(pair.left + pair.right)
        index += 2
      } else {
        joined.append(self[index])
        index += 1
      }
    }
    self = joined
  }
}
