import Foundation
import HoldfastErrors
import Testing

@testable import HoldfastText

/// Properties that hold for any text, and the refusal of damaged files.
@Suite struct TokenizerTests {
  private func small(_ change: (inout SmallVocabulary) -> Void = { _ in }) throws -> CLIPTokenizer {
    var vocabulary = SmallVocabulary()
    change(&vocabulary)
    let scratch = try Scratch()
    try vocabulary.write(to: scratch)
    return try CLIPTokenizer(folder: scratch.folder)
  }

  @Test func mergesInOrderOfRank() throws {
    let tokenizer = try small()
    #expect(tokenizer.encode("Hi  CAT") == [515, 512, 514, 516])
    #expect(tokenizer.encode("") == [515, 516])
    #expect(tokenizer.encode("ca") == [515, 66, 320, 516])
  }

  @Test func randomTextNeverTrapsAndIsDeterministic() throws {
    let tokenizer = try small()
    let other = try small()
    var random = SeededRandom(state: 20_260_101)
    for _ in 0..<2_000 {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...40, using: &random) {
        // Half from the first thousand scalars, where most rules apply; lone surrogates do not
        // exist in a String and arrive as U+FFFD.
        let top: UInt32 = Bool.random(using: &random) ? 0x400 : 0x110000
        scalars.append(Unicode.Scalar(UInt32.random(in: 0..<top, using: &random)) ?? "\u{FFFD}")
      }
      let text = String(scalars)
      let ids = tokenizer.encode(text)
      #expect(ids == tokenizer.encode(text))
      #expect(ids == other.encode(text))
      #expect(ids.first == 515 && ids.last == 516)
      #expect(ids.allSatisfy { (0..<517).contains($0) })
    }
  }

  @Test func illFormedBytesAreReplaced() throws {
    let tokenizer = try small()
    let text = String(decoding: [0x61, 0xED, 0xA0, 0x80, 0xFF, 0x62] as [UInt8], as: UTF8.self)
    #expect(tokenizer.encode(text).count > 2)
  }

  /// Quadratic merging would run into the limit.
  @Test(.timeLimit(.minutes(5))) func aLongWordIsMergedInGoodTime() throws {
    let length = 100_000
    let ids = try small().encode(String(repeating: "ca", count: length / 2))
    #expect(ids.count == length / 2 + 3)
  }

  @Test func contextLengthNeedsRoomForBothEnds() throws {
    let tokenizer = try small()
    for length in [Int.min, -1, 0, 1] {
      let error = failure { try tokenizer.encode(["hi"], contextLength: length) }
      #expect(error?.what.contains("no room") == true)
    }
    #expect(try tokenizer.encode(["hi hi"], contextLength: 2) == [[515, 516]])
    #expect(try tokenizer.encode([], contextLength: 77).isEmpty)
  }

  @Test func missingFilesAreNamed() throws {
    let scratch = try Scratch()
    let nothing = failure { try CLIPTokenizer(folder: scratch.folder) }
    #expect(nothing?.what == "no tokeniser here")
    #expect(nothing?.hint?.contains("tokenizer.json") == true)
    try scratch.write("vocab.json", "{}")
    #expect(failure { try CLIPTokenizer(folder: scratch.folder) }?.what == "merges.txt is missing")
    let absent = scratch.folder.appendingPathComponent("none.json")
    #expect(failure { try CLIPTokenizer(tokenizer: absent) }?.what == "no such file")
    #expect(failure { try CLIPTokenizer(tokenizer: scratch.folder) }?.what == "not a file")
  }

  @Test(arguments: ["h", "a b c", "", "a  b", " a", "a ", "h\ti"])
  func malformedMergeIsNamedByLine(_ line: String) throws {
    let error = failure { try small { $0.merges.insert(line, at: 2) } }
    #expect(error?.what.hasSuffix("is not a merge") == true)
    #expect(error?.where.hasSuffix("merges.txt, line 3") == true)
  }

  @Test(arguments: ["zz a", "a zz", "b b"])
  func mergeOutsideTheVocabularyIsNamedByLine(_ line: String) throws {
    let error = failure { try small { $0.merges.append(line) } }
    #expect(error?.what.contains("which has no id") == true)
    #expect(error?.where.hasSuffix("merges.txt, line 5") == true)
  }

  @Test func idsMustBeDistinctAndPossible() throws {
    let shared = failure { try small { $0.ids["ca"] = 5 } }
    #expect(shared?.what == "tokens \"&\" and \"ca\" share the id 5")
    #expect(failure { try small { $0.ids["ca"] = -1 } }?.what.contains("impossible id") == true)
    #expect(failure { try small { $0.ids["ca"] = .max } }?.what.contains("impossible id") == true)
  }

  @Test func specialTokensMustBeThere() throws {
    let start = failure { try small { $0.ids["<|startoftext|>"] = nil } }
    #expect(start?.what == "the start-of-text token \"<|startoftext|>\" has no id")
    let end = failure { try small { $0.ids["<|endoftext|>"] = nil } }
    #expect(end?.what == "the end-of-text token \"<|endoftext|>\" has no id")
  }

  @Test func damagedTokenizerJSONIsRefused() throws {
    let scratch = try Scratch()
    func load(_ data: Data) throws -> TextError? {
      try scratch.write("tokenizer.json", data)
      return failure { try CLIPTokenizer(folder: scratch.folder) }
    }
    let small = SmallVocabulary()
    #expect(try load(small.tokenizerJSON()) == nil)
    let type = try load(small.tokenizerJSON { $0["type"] = "WordPiece" })
    #expect(type?.what == "unknown model.type \"WordPiece\"")
    let suffix = try load(small.tokenizerJSON { $0["end_of_word_suffix"] = nil })
    #expect(suffix?.what.contains("end_of_word_suffix") == true)
    let table = try load(small.tokenizerJSON { $0["vocab"] = [["a", -1.5]] })
    #expect(table?.what.contains("model.vocab") == true)
    #expect(try load(small.tokenizerJSON { $0["merges"] = nil })?.what.contains("merges") == true)
    let merge = try load(small.tokenizerJSON { $0["merges"] = ["h i</w>", "ca"] })
    #expect(merge?.where.hasSuffix("merge 2") == true)
    #expect(try load(small.tokenizerJSON { $0["merges"] = ["h i</w>", "c a"] }) == nil)
    let whole = try small.tokenizerJSON()
    for length in [0, 1, 100, whole.count - 1] {
      #expect(try load(whole.prefix(length))?.what == "not valid JSON", "\(length) bytes")
    }
    let deep = String(repeating: "[", count: 100_000)
    #expect(try load(Data(deep.utf8)) != nil)
    #expect(try load(Data([0xFF, 0xFE, 0x00])) != nil)
    #expect(try load(Data("{}".utf8))?.what == "\"model\" is missing at the top level")
  }

  @Test func packedVocabularyIsNotText() throws {
    let scratch = try Scratch()
    let file = try scratch.write("bpe.txt", Data([0x1F, 0x8B, 0x08, 0x00, 0xFF]))
    let error = failure { try CLIPTokenizer(simpleVocabulary: file) }
    #expect(error?.what == "not UTF-8 text")
    #expect(error?.hint?.contains("unpack") == true)
  }

  @Test func errorsCannotWriteToTheTerminal() throws {
    let error = failure { try small { $0.merges.append("\u{1B}[2Jx") } }
    #expect(error?.description.contains("\u{1B}") == false)
    #expect(error?.description.contains("\n\nhint: ") == true)
  }
}
