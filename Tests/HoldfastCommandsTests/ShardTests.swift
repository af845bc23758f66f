import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// One audit by several processes, as `torchrun` starts them.
@Suite("Runs of several processes", .serialized)
struct ShardTests {
  private static let patience = ["--rank-timeout", "30"]
  private static let alone = ["--batch-size", "1", "--threads", "1"]

  /// Starts one rank of a job.
  private func rank(
    _ rank: Int, of processes: Int, _ audit: SceneAudit, _ run: String, port: UInt16,
    _ rest: [String] = alone + patience
  ) throws -> RunningProgram {
    try RunningProgram(
      audit.arguments(run, rest), in: audit.folder,
      [
        "RANK": "\(rank)", "WORLD_SIZE": "\(processes)", "MASTER_ADDR": "127.0.0.1",
        "MASTER_PORT": "\(port)",
      ])
  }

  /// Runs a job to its end.
  private func job(_ processes: Int, _ audit: SceneAudit, _ run: String) throws {
    let port = try #require(freePort())
    let ranks = try (0..<processes).map {
      try rank($0, of: processes, audit, run, port: port)
    }
    try expectEnd(ranks)
  }

  /// Expects every rank to end well, and the first alone to print a result.
  private func expectEnd(_ ranks: [RunningProgram]) throws {
    for (index, rank) in ranks.enumerated() {
      let outcome = try rank.outcome()
      #expect(outcome.code == 0, "rank \(index): \(outcome.talk)")
      #expect(outcome.output.isEmpty == (index > 0))
      // The first also says where the report is.
      #expect(
        outcome.talk.split(separator: "\n").count == (index == 0 ? 2 : 1),
        "rank \(index): \(outcome.talk)")
    }
  }

  private func expectEqual(_ audit: SceneAudit, _ run: String, _ whole: [SampleRecord]) throws {
    let records = try audit.records(run)
    #expect(records.map(\.id) == whole.map(\.id))
    for (one, other) in zip(records, whole) { #expect(one == other) }
    #expect(try audit.summary(run) == audit.summary("whole"))
  }

  /// The ids of the samples that a report shows, in their order.
  private func gallery(of run: URL) throws -> [Substring] {
    let page = try String(contentsOf: run.appendingPathComponent("report.html"), encoding: .utf8)
    let ids = page.split(separator: "<p class=\"id\"><bdi>").dropFirst()
    #expect(!ids.isEmpty)
    return ids.map { $0.prefix { $0 != "<" } }
  }

  @Test("find the same by 1, 2 and 3 processes, and by other numbers when they resume")
  func numbers() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 3)
      let whole = try audit.unbroken("whole")
      for processes in [2, 3] {
        try job(processes, audit, "of-\(processes)")
        try expectEqual(audit, "of-\(processes)", whole)
        #expect(
          try gallery(of: folder.appendingPathComponent("of-\(processes)"))
            == gallery(of: folder.appendingPathComponent("whole")))
        #expect(audit.shards("of-\(processes)").count == processes)
        let run = try StoredRun(at: folder.appendingPathComponent("of-\(processes)").path)
        #expect(run.record.sessions.map(\.rank) == Array(0..<processes))
      }

      // Three processes that are killed, then two, then one.
      let port = try #require(freePort())
      let three = try (0..<3).map { try rank($0, of: 3, audit, "changing", port: port) }
      three[2].wait { audit.lines("changing") > 8 }
      for rank in three { _ = rank.kill9() }
      let again = try #require(freePort())
      let two = try (0..<2).map { try rank($0, of: 2, audit, "changing", port: again) }
      two[1].wait { audit.lines("changing") > 28 }
      for rank in two { _ = rank.kill9() }
      let done = audit.lines("changing")
      #expect(done > 8 && done < whole.count)
      let last = try Program.run(audit.arguments("changing"), in: folder)
      #expect(last.code == 0, "\(last.talk)")
      try expectEqual(audit, "changing", whole)
      #expect(audit.shards("changing").count == 4)
    }
  }

  @Test(
    "lose nothing when one rank is killed and started again, whichever it is", arguments: [0, 1])
  func restart(victim: Int) throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 4)
      let whole = try audit.unbroken("whole")
      let port = try #require(freePort())
      var ranks = try (0..<2).map { try rank($0, of: 2, audit, "run", port: port) }
      let shard = folder.appendingPathComponent("run/samples.\(victim).jsonl").path
      func lines() -> Int {
        FileManager.default.contents(atPath: shard)?.count { $0 == UInt8(ascii: "\n") } ?? 0
      }
      ranks[victim].wait { lines() > 5 }
      #expect(ranks[victim].kill9())
      let before = lines()
      #expect(before > 5 && before < whole.count / 2)
      ranks[victim] = try rank(victim, of: 2, audit, "run", port: port)
      try expectEnd(ranks)
      #expect(lines() > before)
      try expectEqual(audit, "run", whole)
    }
  }

  @Test("find the same about retrieval")
  func retrieval() throws {
    try withTemporaryFolder { folder in
      _ = try SceneAudit(in: folder, perShape: 1)
      let arguments = [
        "audit", "--task", "retrieval", "--model", "builtin", "--pairs", "scenes/image/pairs.csv",
        "--attack", "crossmaxim:steps=2", "--epsilon", "4/255", "--limit", "12", "--format", "csv",
      ]
      let alone = try Program.run(arguments + ["--output", "alone"] + Self.alone, in: folder)
      #expect(alone.code == 0, "\(alone.talk)")
      let port = try #require(freePort())
      let ranks = try (0..<2).map { rank in
        try RunningProgram(
          arguments + ["--output", "job"] + Self.alone + Self.patience, in: folder,
          [
            "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
            "MASTER_PORT": "\(port)",
          ])
      }
      #expect(try ranks[0].outcome().output == alone.output)
      #expect(try ranks[1].outcome().code == 0)
    }
  }

  @Test("end with a sentence where a rank is missing, or was given another audit")
  func mismatches() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let soon = Self.alone + ["--rank-timeout", "2"]
      let port = try #require(freePort())
      let lonely = try rank(0, of: 2, audit, "run", port: port, soon)
      expectFailure(try lonely.outcome(), code: 2, "rank 1 of 2 has not responded for 2 s")
      let lost = try rank(1, of: 2, audit, "run", port: try #require(freePort()), soon)
      expectFailure(try lost.outcome(), code: 2, "rank 1 cannot reach the job at 127.0.0.1")

      let other = try #require(freePort())
      let ranks = [
        try rank(0, of: 2, audit, "run", port: other),
        try rank(1, of: 2, audit, "run", port: other, Self.alone + ["--seed", "1"]),
      ]
      let words = "rank 1 was given an audit that differs in the seed"
      expectFailure(try ranks[0].outcome(), code: 2, words)
      expectFailure(try ranks[1].outcome(), code: 2, words)
      #expect(audit.shards("run").isEmpty)
    }
  }

  @Test("end with a sentence where options differ that the plan does not hold")
  func options() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let others: [(run: String, rest: [String], words: String)] = [
        ("run", ["--limit", "5"], "differs in --limit (`5`, and rank 0 the default)"),
        (
          "run", ["--gallery-samples", "3"],
          "differs in --gallery-samples (`3`, and rank 0 the default)"
        ),
        ("elsewhere", [], "differs in the folder (`elsewhere`, and rank 0 `run`)"),
      ]
      for (run, rest, words) in others {
        let port = try #require(freePort())
        let ranks = [
          try rank(0, of: 2, audit, "run", port: port),
          try rank(1, of: 2, audit, run, port: port, Self.alone + Self.patience + rest),
        ]
        for rank in ranks {
          try #require(rank.wait { false }, "the rank waits for ever")
          expectFailure(try rank.outcome(), code: 2, words)
        }
        #expect(audit.shards("run").isEmpty && audit.shards("elsewhere").isEmpty)
      }
    }
  }

  @Test("refuse a process that is none of the job, and a job beside a process")
  func strangers() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 5)
      let words = "is being written by another process"
      let port = try #require(freePort())
      let ranks = try (0..<2).map { try rank($0, of: 2, audit, "run", port: port) }
      ranks[1].wait { audit.lines("run") > 2 }
      expectFailure(try Program.run(audit.arguments("run"), in: folder), code: 2, words)
      let strangers = try #require(freePort())
      let second = try (0..<2).map { try rank($0, of: 2, audit, "run", port: strangers) }
      expectFailure(try second[0].outcome(), code: 2, words)
      expectFailure(try second[1].outcome(), code: 2, words)
      try expectEnd(ranks)

      let single = try RunningProgram(audit.arguments("single"), in: folder)
      single.wait { audit.lines("single") > 2 }
      let late = try #require(freePort())
      let job = try (0..<2).map { try rank($0, of: 2, audit, "single", port: late) }
      for rank in job { expectFailure(try rank.outcome(), code: 2, words) }
      #expect(try single.outcome().code == 0)
      #expect(try audit.records("single") == audit.records("run"))
    }
  }

  @Test("refuse variables that say half of it")
  func variables() throws {
    try withTemporaryFolder { folder in
      let arguments = ["audit", "--model", "builtin", "--data", "d"]
      for (variables, words) in [
        (["WORLD_SIZE": "2"], "WORLD_SIZE is set, but RANK is not"),
        (["WORLD_SIZE": "2", "RANK": "2"], "RANK is `2`, not a whole number from 0 to 1"),
        (["WORLD_SIZE": "two"], "WORLD_SIZE is `two`"),
        (["WORLD_SIZE": "2", "RANK": "0", "MASTER_PORT": "1"], "MASTER_ADDR is not"),
      ] {
        let program = try RunningProgram(arguments, in: folder, variables)
        expectFailure(try program.outcome(), code: 64, words)
      }
    }
  }
}
