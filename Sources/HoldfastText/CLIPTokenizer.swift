public import Foundation

/// CLIP's byte-level BPE tokeniser.
///
/// Gives the ids of `CLIPTokenizer` of transformers 5 (which runs the `tokenizers` library):
/// normalise (form C, white space, lower case), split into words, merge the bytes of each word.
/// OpenAI's original also repairs mojibake and unescapes HTML first; this one does not.
///
/// A special token that is spelled out in the text, such as `<|endoftext|>`, becomes that token,
/// as it does in the reference. Source: Radford et al. 2021, section 2.4; Sennrich et al. 2016.
public struct CLIPTokenizer: Sendable {
  /// How a batch of texts is brought to one length.
  public enum Padding: Hashable, Sendable {
    /// Every text keeps its own length.
    case none
    /// With the token that the tokeniser's files declare; `<|endoftext|>` if they declare none.
    case declared
    /// With this id; OpenAI, open_clip and ImageBind pad with 0.
    case id(Int)
  }

  /// The number of tokens that have an id.
  public let vocabularySize: Int
  /// The id of `<|startoftext|>`, which begins every text.
  public let startID: Int
  /// The id of `<|endoftext|>`, which ends every text; CLIP reads its embedding there.
  public let endID: Int
  /// The id that ``Padding/declared`` pads with.
  public let paddingID: Int

  private let merger: BytePairMerger
  private let rawTokens: AddedTokens
  private let normalizedTokens: AddedTokens
  private let cache = WordCache()

  /// Loads the tokeniser of a model folder.
  ///
  /// Takes `tokenizer.json`, else `vocab.json` with `merges.txt`, else OpenAI's
  /// `bpe_simple_vocab_16e6.txt` (unpacked; the packed `.gz` is not read). Names of special tokens
  /// come from `tokenizer_config.json` and `special_tokens_map.json` if these are present.
  /// - Throws: ``TextError`` when no such file is there or one is damaged.
  public init(folder: URL) throws(TextError) {
    func file(_ name: String) -> URL? {
      let url = folder.appendingPathComponent(name)
      return FileManager.default.fileExists(atPath: url.path) ? url : nil
    }
    if let tokenizer = file("tokenizer.json") {
      try self.init(tokenizer: tokenizer)
    } else if let vocabulary = file("vocab.json"), let merges = file("merges.txt") {
      try self.init(vocabulary: vocabulary, merges: merges)
    } else if let simple = file("bpe_simple_vocab_16e6.txt") {
      try self.init(simpleVocabulary: simple)
    } else {
      let half = file("vocab.json") != nil ? "merges.txt is missing" : "no tokeniser here"
      throw TextError(
        what: half, where: folder.path,
        hint: "the folder needs tokenizer.json, or vocab.json with merges.txt, "
          + "or bpe_simple_vocab_16e6.txt (unpacked)")
    }
  }

  /// Loads Hugging Face's `tokenizer.json`, with the names of special tokens from beside it.
  /// - Throws: ``TextError`` when a file is missing, damaged or of another kind of tokeniser.
  public init(tokenizer file: URL) throws(TextError) {
    let names = try SpecialTokens(folder: file.deletingLastPathComponent())
    try self.init(Vocabulary(tokenizer: file, names: names))
  }

  /// Loads `vocab.json` and `merges.txt`, with the names of special tokens from beside the first.
  /// - Throws: ``TextError`` when a file is missing or damaged or the two do not fit each other.
  public init(vocabulary: URL, merges: URL) throws(TextError) {
    let names = try SpecialTokens(folder: vocabulary.deletingLastPathComponent())
    try self.init(Vocabulary(vocabulary: vocabulary, merges: merges, names: names))
  }

  /// Loads OpenAI's merge list, `bpe_simple_vocab_16e6.txt`, unpacked.
  /// - Throws: ``TextError`` when the file is missing or damaged.
  public init(simpleVocabulary file: URL) throws(TextError) {
    try self.init(Vocabulary(simple: file))
  }

  private init(_ source: Vocabulary) throws(TextError) {
    var vocabulary = source
    try vocabulary.addSpecialTokens()
    try vocabulary.checkIDs()
    let names = vocabulary.names
    vocabularySize = vocabulary.ids.count
    startID = try vocabulary.id(of: names.start.content, role: "start-of-text")
    endID = try vocabulary.id(of: names.end.content, role: "end-of-text")
    let padding = try vocabulary.id(of: names.padding.content, role: "padding")
    paddingID = vocabulary.paddingID ?? padding
    merger = try vocabulary.merger()
    rawTokens = AddedTokens(
      vocabulary.added.filter { !$0.isNormalized }
        .map { (Array($0.content.unicodeScalars), $0.id) })
    normalizedTokens = AddedTokens(
      vocabulary.added.filter(\.isNormalized)
        .map { (CLIPNormalizer.normalize(Array($0.content.unicodeScalars)), $0.id) })
  }

  /// The ids of a text between ``startID`` and ``endID``, without truncation or padding.
  public func encode(_ text: String) -> [Int] {
    [startID] + content(text) + [endID]
  }

  /// The ids of several texts, cut and padded to one length.
  ///
  /// A text that is too long keeps its first `contextLength - 1` ids and then ends with ``endID``.
  /// - Returns: `texts.count` rows of `contextLength` ids each; shorter rows with
  ///   ``Padding/none``.
  /// - Throws: ``TextError`` when `contextLength` has no room for the two special tokens.
  public func encode(
    _ texts: [String], contextLength: Int, padding: Padding = .declared
  ) throws(TextError) -> [[Int]] {
    guard contextLength >= 2 else {
      throw TextError(
        what: "a context length of \(contextLength) has no room for the start and end tokens",
        where: "tokenising", hint: "CLIP's context length is 77")
    }
    let filler: Int? =
      switch padding {
      case .none: nil
      case .declared: paddingID
      case .id(let id): id
      }
    return texts.map { text in
      let row = [startID] + content(text).prefix(contextLength - 2) + [endID]
      guard let filler else { return row }
      return row + Array(repeating: filler, count: contextLength - row.count)
    }
  }

  private func content(_ text: String) -> [Int] {
    var ids: [Int] = []
    for part in rawTokens.split(Array(text.unicodeScalars)) {
      switch part {
      case .token(let id): ids.append(id)
      case .text(let raw):
        for part in normalizedTokens.split(CLIPNormalizer.normalize(raw)) {
          switch part {
          case .token(let id): ids.append(id)
          case .text(let text): appendWords(of: text, to: &ids)
          }
        }
      }
    }
    return ids
  }

  private func appendWords(of text: [Unicode.Scalar], to ids: inout [Int]) {
    for word in WordSplitter(text) {
      var bytes: [UInt8] = []
      for scalar in word {
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      }
      ids += cache.ids(of: bytes, orMerge: merger.merge)
    }
  }
}
