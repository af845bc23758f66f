import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite(
  "What the program says, and where", .serialized,
  .enabled(if: Program.hasTerminal, "the program script gives no terminal here"))
struct MannersTests {
  /// A short audit of built-in scenes.
  private static let audit = [
    "audit", "--model", "builtin", "--data", "scenes:evaluation", "--attack", "pgd:steps=2",
    "--epsilon", "4/255", "--limit", "4", "--checks", "off", "--gallery-samples", "0", "--format",
    "json",
  ]
  private static let escape = "\u{1B}["

  private func audit(_ rest: String..., environment: [String: String]? = nil) throws
    -> Program.Outcome
  {
    try withTemporaryFolder { folder in
      let arguments = Self.audit + rest
      let outcome =
        try environment.map { try Program.onTerminal(arguments, in: folder, $0) }
        ?? Program.run(arguments, in: folder)
      try #require(outcome.code == 0, "\(outcome.talk)")
      // Whatever is said, standard output is the result and nothing else.
      _ = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
      return outcome
    }
  }

  @Test("is quiet in a pipe: no line of progress, no colours")
  func pipe() throws {
    let talk = try audit().talk
    #expect(!talk.contains(Self.escape) && !talk.contains("\r") && !talk.contains("samples/s"))
    #expect(talk.contains("The run is in runs/"), "\(talk)")
  }

  @Test("shows how far it is on a terminal, with rate and time left, and cleans up")
  func terminal() throws {
    let talk = try audit(environment: [:]).talk
    #expect(talk.contains(/audit \d\/4 · [\d.]+ samples\/s/) && talk.contains(" left"), "\(talk)")
    let lines = talk.split(separator: "\r\n")
    let last = try #require(lines.last { $0.contains("samples/s") })
    #expect(last.contains("\r\(Self.escape)K"), "the line of progress is left over: \(last)")
    for quiet in [
      try audit("--no-progress", environment: [:]), try audit(environment: ["TERM": "dumb"]),
    ] {
      #expect(!quiet.talk.contains("samples/s"), "\(quiet.talk)")
      #expect(quiet.talk.contains("The run is in"))
    }
  }

  @Test("says nothing with -q, and more with -v")
  func levels() throws {
    for outcome in [try audit("-q"), try audit("--quiet", environment: [:])] {
      #expect(outcome.talk.isEmpty, "\(outcome.talk)")
    }
    let talk = try audit("-v").talk
    for words in ["loaded in", "Batches of", "scenes:evaluation"] {
      #expect(talk.contains(words), "\(talk)")
    }
    let usual = try audit().talk
    #expect(!usual.contains("Batches of") && !usual.contains("loaded in"), "\(usual)")
    let failed = try withTemporaryFolder { try Program.run(["show", "nothing", "-q"], in: $0) }
    expectFailure(failed, code: 2, "nothing")
    let both = try withTemporaryFolder { try Program.run(["list", "attacks", "-q", "-v"], in: $0) }
    expectFailure(both, code: 64, "--quiet and --verbose")
  }

  @Test("chooses how many samples share a batch, says so with -v, and records it")
  func batchSize() throws {
    try withTemporaryFolder { folder in
      func recorded(_ size: String) throws -> (said: Int?, stored: Int?) {
        let arguments = Self.audit + ["-v", "--batch-size", size, "--output", size]
        let outcome = try Program.run(arguments, in: folder)
        try #require(outcome.code == 0, "\(outcome.talk)")
        let file = folder.appendingPathComponent("\(size)/run.json")
        let run = try RecordCoding.decoder().decode(RunRecord.self, from: Data(contentsOf: file))
        let said = outcome.talk.firstMatch(
          of: /Batches of (\d+): [\d.]+ .?B a sample, [\d.]+ .?B free/)
        return (said.flatMap { Int($0.1) }, run.sessions.last?.batchSize)
      }
      let auto = try recorded("auto")
      #expect(auto.said != nil && auto.said == auto.stored && (1...32).contains(auto.stored ?? 0))
      let fixed = try recorded("3")
      #expect(fixed.said == nil && fixed.stored == 3)
    }
  }

  @Test("colours its errors on a terminal unless NO_COLOR is set, and says the same without")
  func colors() throws {
    try withTemporaryFolder { folder in
      let arguments = ["list", "attakcs"]
      let plain = try Program.run(arguments, in: folder).talk
      func shown(_ environment: [String: String]) throws -> String {
        try Program.onTerminal(arguments, in: folder, environment).talk.replacing(
          "\r\n", with: "\n")
      }
      #expect(try shown(["NO_COLOR": "1"]) == plain)
      #expect(try shown(["TERM": "dumb"]) == plain)
      for colored in [try shown([:]), try shown(["NO_COLOR": ""])] {
        #expect(colored.contains("\(Self.escape)1;31merror:\(Self.escape)0m"))
        #expect(colored.replacing(/\u{1B}\[[0-9;]*m/, with: "") == plain)
      }
    }
  }

  @Test(
    "ends quietly when the reader of its output goes away",
    arguments: ["list attacks", "manual --markdown", "completions bash", "--help"])
  func brokenPipe(_ arguments: String) throws {
    try withTemporaryFolder { folder in
      let first = try Program.shell("\"$holdfast\" \(arguments) | head -1", in: folder)
      #expect(first.code == 0 && first.talk.isEmpty, "\(first.talk)")
      #expect(first.output.count { $0 == "\n" } == 1)
      // Here nobody reads when it begins to write.
      let late = try Program.shell(
        "(sleep 0.2; \"$holdfast\" \(arguments)) | true; exit ${PIPESTATUS[0]}", in: folder)
      #expect(late.talk.isEmpty && late.code == 128 + SIGPIPE, "\(late.code) \(late.talk)")
    }
  }

  @Test("names what is nearest to a name that there is not")
  func nearestNames() throws {
    try withTemporaryFolder { folder in
      let cache = "cache/models--openai--clip-vit-base-patch32"
      let commit = String(repeating: "a", count: 40)
      for path in ["pictures/cat", "checkpoint", "\(cache)/refs", "\(cache)/snapshots/\(commit)"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(path), withIntermediateDirectories: true)
      }
      try Data(commit.utf8).write(to: folder.appendingPathComponent("\(cache)/refs/main"))
      let wrong = [
        "audti --model m", "audit --model m --data d --epsillon 4/255", "lst attacks",
        "audit --model m --data d --attack apgd-cee", "harden --model m --method r-adpt --output o",
        "list atacks", "list attacks --format jsn", "audit --model m --task retrieva --pairs p",
        "audit --model m --data d --preset tcc", "audit --model builtn --data pictures",
        "audit --model chekpoint --data pictures", "audit --model builtin --data pictuers",
        "audit --model builtin --data scene:evaluation",
        "audit --model builtin --data scenes:evaluatoin",
        "audit --model builtin --data imag=pictures",
        "audit --model hf:openai/clip-vit-base-patch16 --data pictures",
        "audit --model hf:some/thing-else --data pictures", "completions bsh",
      ]
      var transcript = ""
      for line in wrong {
        let outcome = try Program.shell(
          "HF_HUB_CACHE=cache HF_HUB_OFFLINE=1 \"$holdfast\" \(line)", in: folder)
        #expect([2, 64].contains(outcome.code), "\(line)")
        transcript += "$ holdfast \(line)\n" + expectFailure(outcome, code: outcome.code) + "\n"
      }
      try expectSnapshot(transcript, "nearest-names")
    }
  }
}
