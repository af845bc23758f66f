import Foundation

/// The three shapes in which CLIP vocabularies are published.
extension Vocabulary {
  /// Hugging Face's `vocab.json` and `merges.txt`.
  init(vocabulary: URL, merges: URL, names: SpecialTokens) throws(TextError) {
    let lines = try TextFile.lines(merges)
    let skipped = lines.first?.hasPrefix("#version") == true ? 1 : 0
    self.init(
      file: vocabulary.path, mergesFile: merges.path,
      ids: try TextFile.json([String: Int].self, vocabulary),
      merges: try Self.merges(lines, from: skipped, file: merges.path),
      added: [], names: names)
  }

  /// OpenAI's `bpe_simple_vocab_16e6.txt`, which holds the merges alone: ids are the 256 byte
  /// symbols, the same with `</w>`, the merges in order, and the two special tokens.
  ///
  /// The file goes on after the merges that CLIP uses. OpenAI pads with 0.
  init(simple file: URL) throws(TextError) {
    let used = 49_152 - 256 - 2
    let names = SpecialTokens()
    let lines = Array(try TextFile.lines(file).prefix(1 + used))
    let merges = try Self.merges(lines, from: 1, file: file.path)
    let inner = ByteSymbols.order.map { ByteSymbols.symbols[Int($0)] }
    let tokens =
      inner + inner.map { $0 + ByteSymbols.endOfWord } + merges.map { $0.left + $0.right }
      + [names.start.content, names.end.content]
    var ids: [String: Int] = [:]
    for (id, token) in tokens.enumerated() where ids.updateValue(id, forKey: token) != nil {
      throw TextError(
        what: "\(token.quoted) is made twice", where: file.path,
        hint: "the file is damaged; fetch it again")
    }
    self.init(
      file: file.path, mergesFile: file.path, ids: ids, merges: merges, added: [], names: names,
      paddingID: 0)
  }

  /// Hugging Face's `tokenizer.json`.
  ///
  /// As in `transformers`, only the ids, the merges and the added tokens are taken from it;
  /// normaliser and splitter are CLIP's whatever it says.
  init(tokenizer file: URL, names: SpecialTokens) throws(TextError) {
    let content = try TextFile.json(TokenizerJSON.self, file)
    let model = content.model
    func refuse(_ what: String) -> TextError {
      TextError(
        what: what, where: file.path,
        hint: "only CLIP's byte-level BPE is supported; is this another model's tokeniser?")
    }
    // Files of early versions leave the type out.
    guard model.type ?? "BPE" == "BPE" else {
      throw refuse("unknown model.type \((model.type ?? "").quoted)")
    }
    guard model.end_of_word_suffix == ByteSymbols.endOfWord else {
      throw refuse("model.end_of_word_suffix is not \"</w>\"")
    }
    guard let ids = model.vocab?.ids else {
      throw refuse("model.vocab is not a table from token to id")
    }
    guard let written = model.merges else { throw refuse("model.merges is missing") }
    var merges: [Merge] = []
    for (index, merge) in written.enumerated() {
      let place = "merge \(index + 1)"
      guard merge.parts.count == 2, !merge.parts.contains("") else {
        throw Self.malformed(merge.parts.joined(separator: " "), "\(file.path), \(place)")
      }
      merges.append(Merge(left: merge.parts[0], right: merge.parts[1], place: place))
    }
    let added = content.added_tokens ?? []
    for token in added where [token.single_word, token.lstrip, token.rstrip].contains(true) {
      throw refuse("added token \(token.content.quoted) matches more than its own letters")
    }
    self.init(
      file: file.path, mergesFile: file.path, ids: ids, merges: merges,
      added: added.map {
        Added(content: $0.content, id: $0.id, isNormalized: $0.normalized ?? !($0.special ?? false))
      },
      names: names)
  }

  private static func merges(
    _ lines: [String], from first: Int, file: String
  ) throws(TextError) -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated().dropFirst(first) {
      let parts = line.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
        throw malformed(line, "\(file), line \(index + 1)")
      }
      merges.append(
        Merge(left: String(parts[0]), right: String(parts[1]), place: "line \(index + 1)"))
    }
    return merges
  }

  private static func malformed(_ line: String, _ place: String) -> TextError {
    TextError(
      what: "\(line.quoted) is not a merge", where: place,
      hint: "a merge is two symbols with one space between them")
  }
}

/// The parts of a `tokenizer.json` that matter here.
// swift-format-ignore: AlwaysUseLowerCamelCase
private struct TokenizerJSON: Decodable {
  let model: Model
  let added_tokens: [AddedToken]?

  struct Model: Decodable {
    let type: String?
    let end_of_word_suffix: String?
    let vocab: Table?
    let merges: [Pair]?
  }

  struct AddedToken: Decodable {
    let id: Int
    let content: String
    let single_word, lstrip, rstrip, normalized, special: Bool?
  }

  /// A vocabulary; other models than BPE write something else there.
  struct Table: Decodable {
    let ids: [String: Int]?

    init(from decoder: any Decoder) throws {
      ids = try? decoder.singleValueContainer().decode([String: Int].self)
    }
  }

  /// `"i n"` in files of early versions, `["i", "n"]` since.
  struct Pair: Decodable {
    let parts: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let line = try? container.decode(String.self) {
        let scalars = line.unicodeScalars.split(separator: " ", omittingEmptySubsequences: false)
        parts = scalars.map { String($0) }
      } else {
        parts = try container.decode([String].self)
      }
    }
  }
}
