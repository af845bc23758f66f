import Foundation
import HoldfastText
import Testing

/// The tokeniser gives the ids that transformers gives.
@Suite struct GoldenTests {
  let golden: Golden

  init() throws { golden = try Golden.load() }

  private func expect(_ tokenizer: CLIPTokenizer, gives cases: [Golden.Case]) {
    #expect(!cases.isEmpty)
    for item in cases {
      #expect(tokenizer.encode(item.text) == item.ids, "\(item.text.debugDescription)")
    }
  }

  private func expect(_ tokenizer: CLIPTokenizer, gives cases: [Golden.Long]) {
    for item in cases {
      let ids = tokenizer.encode(String(repeating: item.unit, count: item.times))
      let checksum = ids.reduce(0) { ($0 * 31 + $1) % (1 << 32) }
      #expect(ids.count == item.count, "\(item.unit) × \(item.times)")
      #expect(checksum == item.checksum, "\(item.unit) × \(item.times)")
    }
  }

  private func expect(_ tokenizer: CLIPTokenizer, gives batches: [Golden.Batch]) throws {
    for batch in batches {
      let length = batch.contextLength
      #expect(try tokenizer.encode(batch.texts, contextLength: length) == batch.ids)
      let unpadded = try tokenizer.encode(batch.texts, contextLength: length, padding: .none)
      let zeros = try tokenizer.encode(batch.texts, contextLength: length, padding: .id(0))
      for (row, (padded, zeroed)) in zip(unpadded, zip(batch.ids, zeros)) {
        #expect(padded.starts(with: row))
        #expect(zeroed == row + Array(repeating: 0, count: length - row.count))
        #expect(row.last == tokenizer.endID)
      }
    }
  }

  @Test(
    "CLIP's whole vocabulary, in all three shapes",
    .enabled(if: Place.fullVocabulary != nil, "scripts/fetch-clip-vocab has not run"))
  func full() throws {
    let folder = try #require(Place.fullVocabulary)
    let tokenizer = try CLIPTokenizer(folder: folder)
    #expect(tokenizer.vocabularySize == 49_408)
    #expect(tokenizer.startID == 49_406)
    #expect(tokenizer.endID == 49_407)
    #expect(tokenizer.paddingID == 49_407)
    expect(tokenizer, gives: golden.full)
    expect(tokenizer, gives: golden.fullRandom)
    expect(tokenizer, gives: golden.fullLong)
    try expect(tokenizer, gives: golden.fullBatches)

    let simple = try CLIPTokenizer(
      simpleVocabulary: folder.appendingPathComponent("bpe_simple_vocab_16e6.txt"))
    #expect(simple.vocabularySize == 49_408)
    #expect(simple.paddingID == 0)
    expect(simple, gives: golden.full)
  }

  @Test(
    "The tiny model's tokenizer.json, and its vocab.json with merges.txt",
    .enabled(if: Place.tinyModel != nil, "no fixtures"))
  func tiny() throws {
    let folder = try #require(Place.tinyModel)
    let whole = try CLIPTokenizer(folder: folder)
    let halves = try CLIPTokenizer(
      vocabulary: folder.appendingPathComponent("vocab.json"),
      merges: folder.appendingPathComponent("merges.txt"))
    for tokenizer in [whole, halves] {
      #expect(tokenizer.vocabularySize == 2_002)
      #expect(tokenizer.paddingID == 2_001)
      expect(tokenizer, gives: golden.tiny)
      expect(tokenizer, gives: golden.tinyRandom)
      expect(tokenizer, gives: golden.tinyLong)
      try expect(tokenizer, gives: golden.tinyBatches)
    }
  }

  @Test(
    "A padding token that is also a character is cut out of the text, as the reference does",
    .enabled(if: Place.tinyModel != nil, "no fixtures"))
  func paddingIsBang() throws {
    let folder = try #require(Place.tinyModel)
    let scratch = try Scratch()
    for file in ["vocab.json", "merges.txt"] {
      try scratch.write(file, Data(contentsOf: folder.appendingPathComponent(file)))
    }
    try scratch.write("tokenizer_config.json", #"{"pad_token": {"content": "!"}}"#)
    let tokenizer = try CLIPTokenizer(folder: scratch.folder)
    #expect(tokenizer.paddingID == 0)
    expect(tokenizer, gives: golden.paddingIsBang)
  }

  @Test(
    "A start token that is looked for after normalisation matches in any case",
    .enabled(if: Place.tinyModel != nil, "no fixtures"))
  func startIsNormalized() throws {
    let folder = try #require(Place.tinyModel)
    let data = try Data(contentsOf: folder.appendingPathComponent("tokenizer.json"))
    var content = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    var added = try #require(content["added_tokens"] as? [[String: Any]])
    added[0]["normalized"] = true
    content["added_tokens"] = added
    let scratch = try Scratch()
    try scratch.write("tokenizer.json", JSONSerialization.data(withJSONObject: content))
    expect(try CLIPTokenizer(folder: scratch.folder), gives: golden.startIsNormalized)
  }
}
