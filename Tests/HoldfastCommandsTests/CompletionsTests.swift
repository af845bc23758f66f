import Foundation
import HoldfastTestSupport
import Testing

@Suite("Completions of shells")
struct CompletionsTests {
  /// Whether a shell is there.
  private static func has(_ shell: String) -> Bool {
    ["/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(shell)")
    }
  }

  /// The script for a shell, in a folder with some files, beside the program's name on the path.
  private func withScript<Result>(
    _ shell: String, _ body: (URL) throws -> Result
  ) throws -> Result {
    try withTemporaryFolder { folder in
      let outcome = try Program.run(["completions", shell], in: folder)
      #expect(outcome.code == 0 && outcome.talk.isEmpty)
      let name = shell == "zsh" ? "_holdfast" : "holdfast.\(shell)"
      try Data(outcome.output.utf8).write(to: folder.appendingPathComponent(name))
      let bin = folder.appendingPathComponent("bin")
      for path in ["bin", "pictures"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(path), withIntermediateDirectories: false)
      }
      try FileManager.default.createSymbolicLink(
        at: bin.appendingPathComponent("holdfast"), withDestinationURL: Program.url)
      try Data().write(to: folder.appendingPathComponent("audit.yaml"))
      return try body(folder)
    }
  }

  /// What is typed, with some of what must be offered, and what must not.
  private static let cases: [(typed: String, offered: [String], hidden: String)] = [
    ("h", ["harden"], "audit"), ("audit --ep", ["--epsilon"], "--model"),
    ("audit --attack apgd", ["apgd-ce", "apgd-t"], "fgsm"),
    ("harden --method ", ["r-adapt", "clipure-cos"], "apgd-ce"),
    ("audit --model bui", ["builtin"], "pictures"), ("audit --model pic", ["pictures"], "builtin"),
    ("list ", ["attacks", "encoders"], "audit"), ("audit --norm l", ["linf", "l2", "l1"], "bf16"),
    ("audit --config aud", ["audit.yaml"], "builtin"), ("completions f", ["fish"], "bash"),
    ("list attacks --format ", ["json", "latex"], "attacks"),
    ("train-tower --modality th", ["thermal"], "audio"),
  ]

  private func check(_ typed: String, _ offers: String, _ offered: [String], not hidden: String) {
    let words = Set(
      offers.split(separator: "\n").map {
        String($0.split(separator: "\t")[0]).replacing(/\/$/, with: "")
      })
    for word in offered { #expect(words.contains(word), "\(typed): \(offers)") }
    #expect(!words.contains(hidden), "\(typed): \(offers)")
  }

  @Test("offer commands, options and names in bash", .enabled(if: has("bash")))
  func bash() throws {
    try withScript("bash") { folder in
      for (typed, offered, hidden) in Self.cases {
        let words = typed.split(separator: " ", omittingEmptySubsequences: false)
        let before = words.count > 1 ? words[words.count - 2] : "holdfast"
        let line = """
          source holdfast.bash; PATH="$PWD/bin:$PATH"
          COMP_WORDS=(holdfast \(words.map { "'\($0)'" }.joined(separator: " ")))
          COMP_CWORD=\(words.count); COMP_LINE='holdfast \(typed)'; COMP_POINT=${#COMP_LINE}
          _holdfast holdfast '\(words.last ?? "")' '\(before)'; printf '%s\\n' "${COMPREPLY[@]}"
          """
        let outcome = try Program.shell(line, in: folder)
        #expect(outcome.talk.isEmpty, "\(outcome.talk)")
        check(typed, outcome.output, offered, not: hidden)
      }
    }
  }

  @Test(
    "offer the same in fish, but for models, which it asks for at a terminal only",
    .enabled(if: has("fish")))
  func fish() throws {
    try withScript("fish") { folder in
      for (typed, offered, hidden) in Self.cases where !typed.contains("--model") {
        let outcome = try Program.shell(
          "PATH=\"$PWD/bin:$PATH\" HOME=\"$PWD\" fish --no-config -c "
            + "'source holdfast.fish; complete -C \"holdfast \(typed)\"'", in: folder)
        #expect(outcome.talk.isEmpty, "\(outcome.talk)")
        check(typed, outcome.output, offered, not: hidden)
      }
    }
  }

  @Test("can be read by zsh, and name what there is", .enabled(if: has("zsh")))
  func zsh() throws {
    try withScript("zsh") { folder in
      let outcome = try Program.shell("zsh -n _holdfast", in: folder)
      #expect(outcome.code == 0 && outcome.talk.isEmpty, "\(outcome.talk)")
      let script = try String(
        contentsOf: folder.appendingPathComponent("_holdfast"), encoding: .utf8)
      #expect(script.hasPrefix("#compdef holdfast\n"))
      for word in ["apgd-ce", "clipure-cos", "thermal", "train-tower", "--batch-size"] {
        #expect(script.contains(word))
      }
    }
  }
}
