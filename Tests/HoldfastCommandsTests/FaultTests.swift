import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Disks that fill, folders that are locked, files that vanish: one sentence, and the run goes on later.
@Suite("Runs that something outside breaks off", .serialized)
struct FaultTests {
  /// Whether this user may mount a small disk, which takes a superuser.
  private static let canMount: Bool = {
    (try? withTemporaryFolder { folder in
      try Program.shell(
        "mount -t tmpfs -o size=64k none . && cd / && umount \"$OLDPWD\"", in: folder
      )
      .code == 0
    }) ?? false
  }()

  /// The run is whole: the same command finishes it, and finds what an unbroken run finds.
  private func expectIntact(
    _ audit: SceneAudit, _ run: String, _ whole: [SampleRecord], atLeast: Int = 1
  ) throws {
    #expect(audit.lines(run) >= atLeast)
    let outcome = try Program.run(audit.arguments(run), in: audit.folder)
    #expect(outcome.code == 0, "\(outcome.talk)")
    #expect(try audit.records(run) == whole)
    #expect(try audit.summary(run) == audit.summary("whole"))
  }

  @Test("say that the disk is full", .enabled(if: canMount, "needs leave to mount a small disk"))
  func fullDisk() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 2)
      let whole = try audit.unbroken("whole")
      func shell(_ line: String) throws { #expect(try Program.shell(line, in: folder).code == 0) }
      try shell("mkdir full && mount -t tmpfs -o size=24k none full")
      defer { _ = try? Program.shell("umount full", in: folder) }
      // Without a gallery, it is the samples that fill it.
      let arguments = audit.arguments("full") + ["--gallery-samples", "0"]
      let outcome = try Program.run(arguments, in: folder)
      let talk = expectFailure(outcome, code: 2, "the disk is full")
      #expect(talk.contains("finished sample"))
      // It says so again, and loses nothing by it.
      let lines = audit.lines("full")
      expectFailure(try Program.run(arguments, in: folder), code: 2, "the disk is full")
      #expect(audit.lines("full") >= lines)
      try shell("mount -o remount,size=4m full")
      try expectIntact(audit, "full", whole, atLeast: 4)
    }
  }

  @Test("say that a file has come to its largest size")
  func fileLimit() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 2)
      let whole = try audit.unbroken("whole")
      let line = (audit.arguments("run") + ["--gallery-samples", "0"]).map { "'\($0)'" }
        .joined(separator: " ")
      let outcome = try Program.shell("ulimit -f 8; exec \"$holdfast\" \(line)", in: folder)
      expectFailure(outcome, code: 2, "the largest size that is allowed")
      try expectIntact(audit, "run", whole, atLeast: 4)
    }
  }

  @Test("say that a folder may not be written")
  func readOnly() throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 1)
      let whole = try audit.unbroken("whole")
      #expect(try Program.run(audit.arguments("run") + ["--limit", "5"], in: folder).code == 0)
      let isRoot = geteuid() == 0
      guard !isRoot || Self.canMount else {
        // A superuser writes wherever the file system lets it.
        return print("skipped: needs a user whom permissions bind, or leave to mount")
      }
      let (lock, unlock) =
        isRoot
        ? ("mount --bind run run && mount -o remount,ro,bind run", "umount run")
        : ("chmod 555 run && chmod 444 run/*", "chmod 755 run && chmod 644 run/*")
      #expect(try Program.shell(lock, in: folder).code == 0)
      let outcome = try Program.run(audit.arguments("run"), in: folder)
      #expect(try Program.shell(unlock, in: folder).code == 0)
      expectFailure(outcome, code: 2, isRoot ? "the file system is read-only" : "permission denied")
      try expectIntact(audit, "run", whole, atLeast: 5)
    }
  }

  @Test("name a file of the data that has vanished, and keep what was begun", arguments: [1, 4])
  func vanished(slots: Int) throws {
    try withTemporaryFolder { folder in
      let audit = try SceneAudit(in: folder, perShape: 2)
      let whole = try audit.unbroken("whole")
      let rest = ["--batch-size", "\(slots)", "--threads", "1"]
      let pictures = folder.appendingPathComponent("scenes/image")
      // With one slot, samples are written in the order in which they are visited.
      let line = try String(
        contentsOf: folder.appending(path: "whole/samples.jsonl"), encoding: .utf8
      )
      .split(separator: "\n").last
      let last = try RecordCoding.decoder().decode(
        SampleRecord.self, from: Data(#require(line).utf8)
      ).id
      let (file, hidden) = (
        pictures.appendingPathComponent(last), folder.appendingPathComponent("hidden")
      )
      let program = try RunningProgram(audit.arguments("run", rest), in: folder)
      program.wait { audit.lines("run") > 0 }
      try FileManager.default.moveItem(at: file, to: hidden)
      let talk = expectFailure(
        try program.outcome(), code: 2, "\(last)`: has vanished since the data set was opened")
      #expect(talk.contains("`run` keeps \(audit.samples - 1) finished samples"))
      #expect(audit.lines("run") == audit.samples - 1)
      // Data that are no longer the same are not resumed.
      expectFailure(
        try Program.run(audit.arguments("run", rest), in: folder), code: 64, "differs in the data")
      try FileManager.default.moveItem(at: hidden, to: file)
      try expectIntact(audit, "run", whole, atLeast: audit.samples - 1)
    }
  }
}
