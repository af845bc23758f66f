import ArgumentParser
import Foundation
import HoldfastCommands
import HoldfastTestSupport
import Testing

@Suite("The command line, without a model", .serialized)
struct UsageTests {
  private func run(_ arguments: String...) throws -> Program.Outcome {
    try withTemporaryFolder { try Program.run(arguments, in: $0) }
  }

  @Test(
    "explains itself",
    arguments: [
      "--help", "audit --help", "harden --help", "classify --help", "embed --help", "list --help",
      "scenes --help", "show --help", "compare --help", "report --help", "train-tower --help",
      "pull --help", "demo --help", "make-demo-model --help", "completions --help", "manual --help",
    ])
  func help(line: String) throws {
    let arguments = line.split(separator: " ").map(String.init)
    let outcome = try withTemporaryFolder { try Program.run(arguments, in: $0) }
    #expect(outcome.code == 0)
    #expect(outcome.talk.isEmpty)
    let name = arguments.count == 1 ? "help" : "help-\(arguments[0])"
    try expectSnapshot(outcome.output, name)
  }

  @Test("without a command, says in ten lines what to type first")
  func firstSteps() throws {
    let outcome = try run()
    #expect(outcome.code == 0)
    #expect(outcome.talk.isEmpty)
    #expect(outcome.output.split(separator: "\n", omittingEmptySubsequences: false).count == 11)
    try expectSnapshot(outcome.output, "first-steps")
    let commands = DocumentedCommandTests.commands(in: outcome.output)
      .compactMap { DocumentedCommandTests.arguments(of: $0) }
    #expect(commands.count >= 5)
    for arguments in commands where arguments.first?.hasPrefix("-") == false {
      #expect(throws: Never.self) { _ = try HoldfastCommand.parseAsRoot(arguments) }
    }
  }

  @Test("says its version")
  func version() throws {
    let outcome = try run("--version")
    #expect(outcome.code == 0)
    #expect(outcome.output.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    #expect(outcome.talk.isEmpty)
  }

  @Test("lists what there is, in every form")
  func lists() throws {
    for (line, name) in [
      ("attacks", "list-attacks"), ("defenses --format markdown", "list-defenses"),
      ("encoders --format csv", "list-encoders"),
      ("datasets --format markdown", "list-datasets"),
    ] {
      let arguments = ["list"] + line.split(separator: " ").map(String.init)
      let outcome = try withTemporaryFolder { try Program.run(arguments, in: $0) }
      #expect(outcome.code == 0)
      #expect(outcome.talk.isEmpty)
      try expectSnapshot(outcome.output, name)
    }
    let json = try run("ls", "attacks", "--format", "json")
    let rows = try JSONDecoder().decode([[String: String]].self, from: Data(json.output.utf8))
    #expect(rows.contains { $0["attack"] == "apgd-ce" })
  }

  /// Command lines that are wrong in themselves, whatever is on the disk.
  private static let wrong = [
    "frobnicate", "audit", "audit --model m --data d --frob 1",
    "audit --model m --data d --limit x",
    "audit --model m --data d --format xml", "audit --model m --data d --attack apgd-cee",
    "audit --model m --data d --attack apgd-ce:stepps=1",
    "audit --model m --data d --attack apgd-ce:steps=0",
    "audit --model m --data d --attack apgd-ce:steps",
    "audit --model m --data d --attack nothing-like",
    "audit --model m --data d --protocol white-boxx", "audit --model m --data d --protocol clean,,",
    "audit --model m --data d --norm l3", "audit --model m --data d --epsilon four",
    "audit --model m --data d --epsilon 1/255,1/255", "audit --model m --data d --epsilon=-1/255",
    "audit --model m --data d --limit 0", "audit --model m --data d --batch-size 0",
    "audit --model m", "audit --model m --data d --task retrievel",
    "audit --model m --data d --pairs p.csv", "audit --model m --data d --side partner",
    "audit --model m --task retrieval", "audit --model m --task retrieval --pairs p.csv --data d",
    "audit --model m --task retrieval --pairs p.csv --classes c",
    "audit --model m --task retrieval --pairs p.csv --side left",
    "audit --model m --data scenes:evaluatoin", "train-tower --modality audio",
    "train-tower --modality smell --output o", "train-tower --modality text --output o",
    "train-tower --modality audio --batch-size 1 --output o",
    "harden --model m --method r-adabt --output o",
    "harden --model m --method r-adapt:d0=0 --output o",
    "classify a.png --model m --labels a,b --threads 0", "list", "list attakcs",
    "classify a.png --model m --labels a,b --device gpu", "embed --model m",
    "audit --model m --data d --require robust",
    "audit --model m --data d --require robust@8/255>=0.4",
    "audit --model m --data d --require robst@1/255>=0.4",
    "audit --model m --data d --require clean>=1.4", "audit --model m --data d --rank-timeout 0",
    "audit --model m --task retrieval --pairs p.csv --goal g", "show", "show r --epsilon 1/255",
    "compare r",
  ]

  @Test("refuses what it cannot mean, in a sentence and a hint, with code 64")
  func refusals() throws {
    var transcript = ""
    for line in Self.wrong {
      let arguments = line.split(separator: " ").map(String.init)
      let outcome = try withTemporaryFolder { try Program.run(arguments, in: $0) }
      transcript += "$ holdfast \(line)\n" + expectFailure(outcome, code: 64) + "\n"
    }
    try expectSnapshot(transcript, "usage-errors")
  }
}
