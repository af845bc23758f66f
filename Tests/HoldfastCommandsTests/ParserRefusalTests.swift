import ArgumentParser
import Testing

@testable import HoldfastCommands

/// ArgumentParser makes each sentence that `ParserRefusal` reads, so that an update of it that words
/// one otherwise fails here.
@Suite("What the argument parser refuses")
struct ParserRefusalTests {
  /// A command line, and what is to be understood of the parser's sentence about it.
  struct Case: CustomTestStringConvertible, Sendable {
    let line: String
    let what: String
    var hint: String?
    var option: String?

    var testDescription: String { line }
  }

  static let cases = [
    Case(line: "audt", what: "Unknown command 'audt'", hint: "did you mean `audit`?"),
    Case(line: "audt more words", what: "Unknown command 'audt'", hint: "did you mean `audit`?"),
    Case(
      line: "audt --model m", what: "Unknown command 'audt'", hint: "did you mean `audit`?",
      option: "model"),
    Case(
      line: "audit --model m --modle m", what: "Unknown option '--modle'",
      hint: "did you mean `--model`?",
      option: "modle"),
    Case(
      line: "audit --model m --frobnicate", what: "Unknown option '--frobnicate'",
      option: "frobnicate"),
    Case(
      line: "audit --model m --limit x", what: "The value 'x' is invalid for '--limit <n>'",
      option: "limit"),
    Case(
      line: "audit --model m --format jsn",
      what: "The value 'jsn' is invalid for '--format <format>'. Please provide one of 'text', "
        + "'json', 'csv', 'markdown' or 'latex'.", hint: "did you mean `json`?", option: "format"),
    Case(
      line: "harden --model m --method r-adapt --output o --modality imag",
      what: "The value 'imag' is invalid for '--modality <modality>': unknown modality `imag`",
      hint: "did you mean `image`?", option: "modality"),
    Case(line: "audit", what: "Missing expected argument '--model <model>'", option: "model"),
    Case(line: "audit --model", what: "Missing value for '--model <model>'", option: "model"),
  ]

  @Test("is understood: the option, and the nearest valid word", arguments: cases)
  func understood(example: Case) throws {
    let arguments = example.line.split(separator: " ").map(String.init)
    let error = try #require(throws: (any Error).self) {
      _ = try HoldfastCommand.parseAsRoot(arguments)
    }
    let refusal = ParserRefusal(HoldfastCommand.message(for: error), of: arguments)
    #expect(refusal.what == example.what)
    #expect(refusal.hint == example.hint)
    #expect(refusal.option == example.option)
  }
}
