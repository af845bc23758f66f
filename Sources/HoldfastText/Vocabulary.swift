/// What every kind of tokeniser file comes down to: ids, merges in order, and special tokens.
struct Vocabulary {
  /// One merge, as written in its file.
  struct Merge {
    let left, right: String
    /// Its place, for errors: `"line 12"`.
    let place: String
  }

  /// A token that is matched whole before the text is split.
  struct Added {
    let content: String
    let id: Int
    /// Looked for after normalisation instead of before it.
    let isNormalized: Bool
  }

  /// The file the ids come from, and the one the merges come from; they are named in errors.
  let file: String
  let mergesFile: String
  var ids: [String: Int]
  let merges: [Merge]
  var added: [Added]
  let names: SpecialTokens
  /// The padding id of files that pad with an id rather than with a token.
  var paddingID: Int?

  /// The id of a token, or an error that says it is missing.
  func id(of token: String, role: String) throws(TextError) -> Int {
    if let id = ids[token] { return id }
    throw TextError(
      what: "the \(role) token \(token.quoted) has no id", where: file,
      hint: "use the tokeniser files that came with the model's weights")
  }

  /// Gives the special tokens that are not yet listed as added tokens their place among them.
  mutating func addSpecialTokens() throws(TextError) {
    for token in added where ids[token.content] == nil { ids[token.content] = token.id }
    for (role, name) in names.byRole where !added.contains(where: { $0.content == name.content }) {
      let id = try id(of: name.content, role: role)
      added.append(Added(content: name.content, id: id, isNormalized: name.isNormalized))
    }
  }

  /// Refuses ids that are negative, absurd or shared by two tokens.
  func checkIDs() throws(TextError) {
    var owners: [Int: String] = [:]
    owners.reserveCapacity(ids.count)
    let hint = "the file is damaged; fetch it again"
    for (token, id) in ids.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
      guard id >= 0, id < Int(Int32.max) else {
        throw TextError(
          what: "token \(token.quoted) has the impossible id \(id)", where: file, hint: hint)
      }
      if let owner = owners.updateValue(token, forKey: id) {
        throw TextError(
          what: "tokens \(owner.quoted) and \(token.quoted) share the id \(id)", where: file,
          hint: hint)
      }
    }
    for token in added where ids[token.content] != token.id {
      throw TextError(
        what: "token \(token.content.quoted) is added as \(token.id) but listed as "
          + "\(ids[token.content].map(String.init) ?? "nothing")",
        where: file, hint: hint)
    }
  }

  /// The ids of the 256 byte symbols and the ranked merges, checked against the ids.
  func merger() throws(TextError) -> BytePairMerger {
    let unknown = ids[names.unknown.content]
    func byteIDs(suffix: String) throws(TextError) -> [Int32] {
      var result: [Int32] = []
      for symbol in ByteSymbols.symbols {
        guard let id = ids[symbol + suffix] ?? unknown else {
          throw TextError(
            what: "the byte symbol \((symbol + suffix).quoted) has no id", where: file,
            hint: "this is not a byte-level CLIP vocabulary")
        }
        result.append(Int32(id))
      }
      return result
    }
    var ranked: [UInt64: BytePairMerger.Merge] = [:]
    ranked.reserveCapacity(merges.count)
    for (rank, merge) in merges.enumerated() {
      func id(_ token: String) throws(TextError) -> Int32 {
        if let id = ids[token] { return Int32(id) }
        throw TextError(
          what:
            "merge \("\(merge.left) \(merge.right)".quoted) needs \(token.quoted), which has no id",
          where: "\(mergesFile), \(merge.place)",
          hint: "the merges and the vocabulary belong to different models")
      }
      let (left, right) = (try id(merge.left), try id(merge.right))
      ranked[BytePairMerger.key(left, right)] = BytePairMerger.Merge(
        rank: Int32(rank), id: try id(merge.left + merge.right))
    }
    return BytePairMerger(
      inner: try byteIDs(suffix: ""), last: try byteIDs(suffix: ByteSymbols.endOfWord),
      merges: ranked)
  }
}
