import Foundation
import HoldfastFormats
import Testing

@testable import HoldfastText

@Suite("Learning a vocabulary")
struct BytePairVocabularyTests {
  static let texts = ["a photo of a star.", "the star is red, the fish is blue.", "Überfisch"]

  private func inFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-bpe-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  @Test("Every id is one token, every token one id, and the special ones come last")
  func bijective() {
    let vocabulary = BytePairVocabulary(learnedFrom: Self.texts)
    #expect(Set(vocabulary.tokens).count == vocabulary.tokens.count)
    #expect(vocabulary.tokens.suffix(2) == ["<|startoftext|>", "<|endoftext|>"])
    #expect(vocabulary.endID == vocabulary.tokens.count - 1)
    let bytes = ByteSymbols.order.map { ByteSymbols.symbols[Int($0)] }
    #expect(Array(vocabulary.tokens.prefix(256)) == bytes)
    #expect(Array(vocabulary.tokens[256..<512]) == bytes.map { $0 + "</w>" })
  }

  @Test("The commonest pair is merged first, and of equals the first in order")
  func order() {
    // "ab" occurs three times, "cd" twice; then everything is equal.
    let vocabulary = BytePairVocabulary(learnedFrom: ["abx abx aby cdz cdz"], limit: 3)
    let merges = vocabulary.merges.map { "\($0.left) \($0.right)" }
    #expect(merges == ["a b", "ab x</w>", "c d"])
  }

  @Test("The tokeniser reads the files, and the ids spell the text again")
  func roundTrip() throws {
    let vocabulary = BytePairVocabulary(learnedFrom: Self.texts)
    let tokenizer = try inFolder { folder in
      try vocabulary.write(to: folder.path, contextLength: 32)
      return try CLIPTokenizer(folder: folder)
    }
    #expect(tokenizer.vocabularySize == vocabulary.tokens.count)
    #expect(tokenizer.endID == vocabulary.endID)
    #expect(tokenizer.paddingID == vocabulary.endID)

    // Each word that was learned from is one token.
    let ids = tokenizer.encode("a photo of the red fish.")
    #expect(
      ids.map { vocabulary.tokens[$0] } == [
        "<|startoftext|>", "a</w>", "photo</w>", "of</w>", "the</w>", "red</w>", "fish</w>",
        ".</w>", "<|endoftext|>",
      ])
    // Words that were not are spelled by what is there, down to bytes.
    let bytes = Dictionary(
      zip(ByteSymbols.symbols, UInt8.min...UInt8.max), uniquingKeysWith: { a, _ in a })
    for text in ["starfish", "überfischreich", "猫", "zzz"] {
      let spelled = tokenizer.encode(text).dropFirst().dropLast()
        .map { vocabulary.tokens[$0] }.joined().replacing("</w>", with: "")
      let decoded = spelled.unicodeScalars.compactMap { bytes[String(Character($0))] }
      #expect(String(decoding: decoded, as: UTF8.self) == text)
    }
  }

  @Test("The same texts in another order give the same vocabulary")
  func determinism() {
    let vocabulary = BytePairVocabulary(learnedFrom: Self.texts)
    for _ in 0..<5 {
      #expect(BytePairVocabulary(learnedFrom: Self.texts.shuffled()) == vocabulary)
    }
  }

  @Test("Nothing to learn from still gives every byte")
  func empty() throws {
    let vocabulary = BytePairVocabulary(learnedFrom: ["", "  "])
    #expect(vocabulary.merges.isEmpty)
    #expect(vocabulary.tokens.count == 514)
    let tokenizer = try inFolder { folder in
      try vocabulary.write(to: folder.path, contextLength: 8)
      return try CLIPTokenizer(folder: folder)
    }
    #expect(tokenizer.encode("hi").count == 4)
  }

  @Test("A folder that is not there is a clear error")
  func missingFolder() {
    #expect(throws: FormatError.self) {
      try BytePairVocabulary(learnedFrom: ["a"]).write(to: "/nonexistent/x", contextLength: 8)
    }
  }
}
