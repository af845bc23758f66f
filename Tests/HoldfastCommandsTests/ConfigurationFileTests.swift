import Foundation
import HoldfastTestSupport
import Testing

@testable import HoldfastCommands

@Suite("A file of options")
struct ConfigurationFileTests {
  /// The arguments that a file and a command line make together.
  private func expand(
    _ text: String, _ line: String, in folder: URL
  ) throws -> [String] {
    let file = folder.appendingPathComponent("audit.yaml")
    try Data(text.utf8).write(to: file)
    let arguments = line.split(separator: " ").map {
      String($0).replacing("FILE", with: file.path)
    }
    return try Invocation(arguments).arguments
  }

  @Test("stands for options, repeats those that may be repeated, and gives way to the command line")
  func merges() throws {
    try withTemporaryFolder { folder in
      let text = """
        # What we audit every night.
        model: builtin
        data: [image=pictures, audio=sounds]
        attack:
          - apgd-ce:steps=50
          - square
        epsilon: [1/255, 2/255]
        limit: 0100
        save-adversarial: true
        dry-run: false
        """
      try #expect(
        expand(text, "audit --config FILE --epsilon=4/255 --limit 7", in: folder) == [
          "audit", "--model=builtin", "--data=image=pictures", "--data=audio=sounds",
          "--attack=apgd-ce:steps=50", "--attack=square", "--save-adversarial", "--epsilon=4/255",
          "--limit", "7",
        ])
      // What is written stays as it is written, and one attack takes the place of all.
      try #expect(
        expand(text, "audit --attack pgd --config=FILE", in: folder).suffix(5) == [
          "--epsilon=1/255,2/255", "--limit=0100", "--save-adversarial", "--attack", "pgd",
        ])
      try #expect(
        expand("verbose: true", "list attacks -q --config FILE", in: folder).count == 3)
      try #expect(
        expand("", "list attacks --config FILE", in: folder) == ["list", "attacks"])
      // Behind --, it is a word like any other.
      try #expect(
        expand(text, "classify --model m -- --config FILE", in: folder).suffix(2).first
          == "--config")
    }
  }

  @Test("is refused with its line and the nearest name")
  func refusals() throws {
    let wrong = [
      ("modell: m", 1), ("model: m\n\nepsilom: 4/255", 3), ("zzzzzzzzzzzz: 1", 1),
      ("model: m\nconfig: other.yaml", 2), ("model: m\ndry-run: perhaps", 2),
      ("limit:\n  most: 3", 1), ("attack: [[pgd]]", 1), ("limit: ~", 1), ("- model", 1),
      ("model: m\nmodel: n", 1), ("model: m\n  data: [d", 2), ("model: \"m", 1), ("just words", 1),
      ("model: m\nhelp: true", 2),
      // What only the parser of arguments and the command itself can refuse.
      ("model: m\ndata: d\nlimit: x", 3), ("model: m\nnorm: l3\ndata: d", 2),
      ("model: m\ndata: d\nattack: [pgd, apgd-cee]", 3),
      ("model: m\ndata: d\nattack: pgd:stepz=3", 3),
      ("data: d\nmodel: m\nepsilon: [1/255, four]", 3),
      ("data: d\nlimit: 0\nmodel: m", 2), ("model: m\ndata: d\nformat: xml", 3),
      ("model: m\ndata: d\nbatch-size: none", 3),
    ]
    var transcript = ""
    for (text, line) in wrong {
      try withTemporaryFolder { folder in
        try Data(text.utf8).write(to: folder.appendingPathComponent("audit.yaml"))
        let outcome = try Program.run(["audit", "--config", "audit.yaml"], in: folder)
        let talk = expectFailure(outcome, code: 64)
        #expect(talk.contains("error: audit.yaml:\(line): "), "\(talk)")
        transcript += "\(text)\n\(talk)\n"
      }
    }
    try expectSnapshot(transcript, "configuration-errors")
  }

  @Test(
    "is blamed with its line for a file that an option names and that is not there",
    arguments: [
      "model", "data", "classes", "goal", "transfer-from", "anchors", "templates",
    ])
  func missingFile(option: String) throws {
    try withTemporaryFolder { folder in
      let usual = [("model", "builtin"), ("data", "scenes:evaluation"), ("limit", "1")]
      let lines =
        usual.filter { $0.0 != option }.map { "\($0.0): \($0.1)" } + ["\(option): nowhere"]
      try Data(lines.joined(separator: "\n").utf8)
        .write(to: folder.appendingPathComponent("a.yaml"))
      let outcome = try Program.run(["audit", "--config", "a.yaml"], in: folder)
      let talk = expectFailure(outcome, code: 2, "nowhere")
      #expect(talk.hasPrefix("error: a.yaml:\(lines.count): "), "\(talk)")
    }
  }

  @Test("is blamed with its line for the pairs and the index of retrieval that are not there")
  func missingPairs() throws {
    try withTemporaryFolder { folder in
      let made = try Program.run(
        ["scenes", "--output", "s", "--modality", "image", "--count", "1"], in: folder)
      try #require(made.code == 0, "\(made.talk)")
      for (text, line) in [
        ("task: retrieval\nmodel: builtin\npairs: nowhere.csv", 3),
        ("task: retrieval\nindex: nowhere\nmodel: builtin\npairs: s/image/pairs.csv", 2),
      ] {
        try Data(text.utf8).write(to: folder.appendingPathComponent("a.yaml"))
        let outcome = try Program.run(["audit", "--config", "a.yaml"], in: folder)
        let talk = expectFailure(outcome, code: 2, "nowhere")
        #expect(talk.hasPrefix("error: a.yaml:\(line): "), "\(talk)")
      }
    }
  }

  @Test("is not blamed for what the command line says")
  func blame() throws {
    try withTemporaryFolder { folder in
      let text = "model: m\ndata: d\nnorm: linf\nattack: apgd-cee"
      try Data(text.utf8).write(to: folder.appendingPathComponent("a.yaml"))
      for rest in [["--norm", "l3"], ["--attack", "apgd-dlrr"], ["--limit", "x"], ["--frob"]] {
        let outcome = try Program.run(["audit", "--config", "a.yaml"] + rest, in: folder)
        #expect(!expectFailure(outcome, code: 64).contains("a.yaml:"))
      }
      for file in ["nowhere.yaml", "."] {
        let outcome = try Program.run(["audit", "--config", file], in: folder)
        expectFailure(outcome, code: 64, "`\(file)` cannot be read")
      }
      try Data([0xFF, 0xFE, 0x00]).write(to: folder.appendingPathComponent("b.yaml"))
      let outcome = try Program.run(["audit", "--config", "b.yaml"], in: folder)
      expectFailure(outcome, code: 64, "is not a configuration file")
      expectFailure(try Program.run(["audit", "--config"], in: folder), code: 64, "--config")
    }
  }

  @Test("runs an audit whose record does without it")
  func record() throws {
    try withTemporaryFolder { folder in
      let text = """
        model: builtin
        data: scenes:evaluation
        attack: pgd:steps=2
        epsilon: 4/255
        checks: off
        limit: 3
        gallery-samples: 0
        output: run
        format: json
        """
      try Data(text.utf8).write(to: folder.appendingPathComponent("audit.yaml"))
      let outcome = try Program.run(
        ["audit", "--config", "audit.yaml", "--limit", "2"], in: folder)
      try #require(outcome.code == 0, "\(outcome.talk)")
      let shown = try Program.run(["show", "run"], in: folder)
      #expect(
        shown.output.contains(
          "audit --model=builtin --data=scenes:evaluation --attack=pgd:steps=2 --epsilon=4/255 "
            + "--checks=off --gallery-samples=0 --output=run --format=json --limit 2"),
        "\(shown.output)")
    }
  }
}
