import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// `list runs`, `show`, `compare`, `--dry-run` and `--require`, on runs of the built-in model.
@Suite("Commands about runs", .serialized)
struct RunCommandTests {
  private func succeed(
    _ arguments: [String], in folder: URL, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Program.Outcome {
    let outcome = try Program.run(arguments, in: folder)
    #expect(outcome.code == 0, "\(outcome.talk)", sourceLocation: sourceLocation)
    return outcome
  }

  @Test("list, show and compare what was found, and repeat it")
  func commands() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      _ = try audit.unbroken("runs/a b")
      _ = try succeed(
        audit.arguments("runs/pgd") + [
          "--attack", "pgd:steps=1,random-start=false", "--limit", "12",
        ],
        in: folder)
      let list = try succeed(["list", "runs", "--format", "csv"], in: folder).output
      let rows = list.split(separator: "\n")
      #expect(rows.count == 3)
      #expect(rows[0] == "run,model,data,begun,state,samples,clean,worst case")
      #expect(rows[1].hasPrefix("runs/a b,tiny-bind,image,"))
      #expect(rows[1].contains(",finished,20,"))
      #expect(rows[2].hasPrefix("runs/pgd,") && rows[2].contains(",finished,12,"))
      #expect(try succeed(["list", "runs", "--runs", "none"], in: folder).output.contains("run"))

      let text = try succeed(["show", "runs/a b"], in: folder).output
      let summary = try audit.summary("runs/a b")
      let smallest = try #require(summary.smallest)
      #expect(smallest.all.samples == 20 && smallest.classes.count == 20)
      #expect(smallest.all.wrong + smallest.all.fooled.reduce(0, +) + smallest.all.standing == 20)
      #expect(smallest.all.standing == summary.worstCase[1].robust)
      #expect(smallest.all.wrong + smallest.all.fooled[0] == 20 - summary.worstCase[0].robust)
      for words in [
        "worst case", "How small a perturbation fools:", "fell at 1/255", "upper quartile",
        "model.safetensors: SHA-256 ", "To repeat it:\n  cd ",
      ] { #expect(text.contains(words), "\(words) in\n\(text)") }

      // The command that is printed is one that a shell runs, and it finds its run again.
      let line = try #require(text.split(separator: "\n").last).drop { $0 == " " }
      #expect(line.contains("--output 'runs/a b'"))
      let again = try Program.shell(String(line), in: FileManager.default.temporaryDirectory)
      #expect(again.code == 0, "\(again.talk)")
      #expect(try audit.records("runs/a b").count == 20)

      let compared = try succeed(
        ["compare", "runs/a b", "runs/pgd", "--format", "json"], in: folder)
      let record = try RecordCoding.decoder().decode(
        ComparisonRecord.self, from: Data(compared.output.utf8))
      #expect(record.paired == 12 && record.unpaired == [8, 0])
      #expect(record.differences == ["the protocols or their attacks"])
      #expect(record.rows.count == 5)
      #expect(record.rows[0].difference == 0 && record.rows[0].p == 1)
      for row in record.rows {
        #expect(row.interval[0] <= row.difference && row.difference <= row.interval[1])
        #expect(row.onlyFirst == 0, "one step of PGD fools what four of APGD do not")
      }
      #expect(
        try succeed(["compare", "runs/a b", "runs/pgd"], in: folder).output.contains(
          "the runs differ in the protocols or their attacks"))
      expectFailure(
        try Program.run(["compare", "runs/pgd", "none"], in: folder), code: 2, "holds no run")
    }
  }

  @Test("show a run that is not finished, and RobustBench's entry of one that is")
  func unfinished() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      _ = try audit.unbroken("run")
      let files = FileManager.default
      try files.removeItem(at: folder.appending(path: "run/summary.json"))
      let text = try succeed(["show", "run"], in: folder).output
      #expect(
        text.hasPrefix(
          "UNFINISHED: 20 samples are finished, and the figures are of the first 20 of the data"),
        "\(text)")
      expectFailure(
        try Program.run(["show", "run", "--robustbench"], in: folder), code: 64, "has several")
      let outcome = try succeed(
        ["show", "run", "--robustbench", "--epsilon", "4/255"], in: folder)
      #expect(outcome.talk.contains("lacks apgd-ce, apgd-t, fab-t, square"))
      let json = try #require(
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
      #expect(json["autoattack_acc"] is NSNull && json["eps"] as? String == "4/255")
      #expect((json["clean_acc"] as? String).flatMap { Double($0) } ?? -1 > 50)
    }
  }

  @Test("say what an audit will cost, and spend nothing")
  func dryRun() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let outcome = try succeed(
        audit.arguments("run") + [
          "--attack", "square:queries=50", "--attack", "fab-t:steps=5,targets=3", "--dry-run",
        ], in: folder)
      let rows = outcome.output.split(separator: "\n").map {
        $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      }
      // Steps, radii, targets: (4 + 1) · 2; 50 · 2; (5 + 1) · 3, once for all radii.
      for (attack, forward, backward) in [
        ("apgd-ce", "10", "8"), ("square", "100", "0"), ("fab-t", "18", "15"),
      ] {
        let row = try #require(rows.first { $0.count > 3 && $0[1] == attack })
        #expect(row[0] == "white-box" && row[2] == forward && row[3] == backward)
      }
      for words in [
        "20 samples take at most", "hours", "GiB of memory", "intervals (Wilson) of 40.",
      ] {
        #expect(outcome.output.contains(words), "\(words) in\n\(outcome.output)")
      }
      #expect(!outcome.output.contains("masking checks"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
      let checked = try succeed(
        audit.arguments("run").filter { $0 != "--checks" && $0 != "off" }
          + ["--checks", "7", "--dry-run"], in: folder)
      #expect(checked.output.contains("The masking checks on 7 of them come on top: at most"))
    }
  }

  @Test("say what an audit of retrieval would cost: the whole budget, and once for each rank")
  func dryRunOfRetrieval() throws {
    try withTemporaryFolder { folder in
      _ = try succeed(
        ["scenes", "--modality", "image", "--count", "1", "--output", "scenes"], in: folder)
      let outcome = try succeed(
        [
          "audit", "--model", "builtin", "--task", "retrieval", "--pairs", "scenes/image/pairs.csv",
          "--attack", "crossmaxim:steps=4", "--epsilon", "1/255,4/255", "--output", "run",
          "--threads", "1", "--dry-run",
        ], in: folder)
      let rows = outcome.output.split(separator: "\n").map {
        $0.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
      }
      let row = try #require(rows.first { $0.count > 3 && $0[1] == "crossmaxim" })
      // Two radii, and at each R@1, R@5, R@10 beside the whole budget: 8 runs of 4 steps.
      #expect(row[2] == "40" && row[3] == "32", "\(outcome.output)")
      #expect(outcome.output.contains("samples take at most"))
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "run").path))
    }
  }

  @Test("end with code 1 where a gate is shut, and the run is there")
  func gates() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let open = try Program.run(
        audit.arguments("run") + ["--require", "clean>=0.5", "--require", "robust@4/255>=0"],
        in: folder)
      #expect(open.code == 0, "\(open.talk)")
      let shut = try Program.run(
        audit.arguments("run") + ["--require", "clean>=0.5", "--require", "white-box@4/255>=0.99"],
        in: folder)
      #expect(shut.code == 1)
      #expect(shut.output == open.output)
      #expect(shut.talk.contains("error: white-box accuracy at 4/255 is 0"))
      #expect(shut.talk.contains("and `white-box@4/255>=0.99` is required"))
      expectFailure(
        try Program.run(audit.arguments("other") + ["--require", "adaptive@4/255>=0"], in: folder),
        code: 64, "is about a protocol that is not run")
      #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "other").path))
    }
  }
}
