import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastLayers
import HoldfastTensor
import HoldfastTestSupport
import Testing

@testable import HoldfastTraining

@Suite("A training folder")
struct TrainingFolderTests {
  private struct Broken: Error {}

  /// A training in a folder that was broken off after step 6, saved after step 4.
  private func withBrokenRun(_ body: (ToyRun) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let run = ToyRun(kind: .averaged, path: folder.appending(path: "run").path, steps: 12)
      #expect(throws: Broken.self) {
        try run.go {
          if case .stepped(let record, _) = $0, record.step == 7 { throw Broken() }
        }
      }
      try body(run)
    }
  }

  /// The message of the error with which a run does not go on; nothing in its folder has changed.
  private func refusal(_ run: ToyRun) throws -> String {
    let before = try contents(run)
    let error = #expect(throws: (any Error).self) { try run.go() }
    #expect(try contents(run) == before)
    return error.map { "\($0)" } ?? ""
  }

  private func contents(_ run: ToyRun) throws -> [String: Data?] {
    let names = try FileManager.default.contentsOfDirectory(atPath: run.path)
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, FileManager.default.contents(atPath: run.file($0).path))
      })
  }

  @Test("refuses another plan, and names the fields that differ")
  func plan() throws {
    try withBrokenRun { run in
      var other = run
      other.seed = 1
      #expect(try refusal(other).contains("differs in asked.seed"))
      other = run
      other.steps = 13
      #expect(try refusal(other).contains("differs in training.steps"))
      other = ToyRun(kind: .momentum, path: run.path, steps: 12)
      let text = try refusal(other)
      for field in ["clip", "ema", "learning_rate", "method.adam_w", "method.sgd"] {
        #expect(text.contains("training.optimization.\(field)"), "\(text)")
      }
      #expect(text.contains("training.examine_every") && !text.contains("training.steps"))
    }
  }

  @Test("tells apart seeds that are equal as floating-point numbers")
  func largeSeeds() throws {
    try withTemporaryFolder { folder in
      var run = ToyRun(kind: .momentum, path: folder.appending(path: "run").path, steps: 2)
      run.seed = 1 << 60
      try run.go()
      run.seed += 1
      #expect(try refusal(run).contains("asked.seed"))
    }
  }

  @Test("refuses the state of another tower, by the names of its parameters")
  func otherTower() throws {
    try withBrokenRun { run in
      var store = ParameterStore()
      store["out.weight"] = try Tensor.zeros([6, 2]).leaf()
      store["out.bias"] = try Tensor.zeros([1]).leaf()
      store["head"] = try Tensor.zeros([1]).leaf()
      let lesson = try GivenGradients(store, [])
      let folder = try TrainingFolder(at: run.path, asked: run.asked, plan: run.plan)
      let before = try contents(run)
      let error = #expect(throws: CheckpointError.self) {
        _ = try Trainer(run.plan).run(lesson, in: folder)
      }
      #expect(try contents(run) == before)
      #expect(error?.missing == ["head"])
      #expect(Set(error?.unexpected ?? []) == ["in.weight", "in.bias"])
      #expect(
        error?.mismatched == ["out.weight is float32 [6, 1], not float32 [6, 2]"])
    }
  }

  @Test("refuses the state of another training of the same tower")
  func otherTraining() throws {
    try withBrokenRun { run in
      try withTemporaryFolder { folder in
        let other = ToyRun(
          kind: .averaged, path: folder.appending(path: "run").path, seed: 1, steps: 12)
        try other.go()
        try FileManager.default.removeItem(at: run.file("state.safetensors"))
        try FileManager.default.copyItem(
          at: other.file("state.safetensors"), to: run.file("state.safetensors"))
        #expect(try refusal(run).contains("is the state of another training"))
      }
    }
  }

  @Test("refuses a state without a plan, and a damaged one")
  func damaged() throws {
    try withBrokenRun { run in
      let state = try run.state
      for bytes in [state.prefix(100), state.dropLast(), Data("{}".utf8)] {
        try bytes.write(to: run.file("state.safetensors"))
        #expect(try refusal(run).contains("state.safetensors"))
      }
      try state.write(to: run.file("state.safetensors"))
      try FileManager.default.removeItem(at: run.file("plan.json"))
      #expect(try refusal(run).contains("no plan.json that says which"))
    }
  }

  @Test("cuts off the lines of steps after the saved state, and a torn one")
  func metrics() throws {
    try withBrokenRun { run in
      #expect(try run.losses.map { $0[0] } == [1, 2, 3, 4, 5, 6])
      let file = try FileHandle(forWritingTo: run.file("metrics.jsonl"))
      try file.seekToEnd()
      try file.write(contentsOf: Data("{\"step\":7,\"lo".utf8))
      try file.close()
      try run.go()
      #expect(try run.losses.map { $0[0] } == (1...12).map(Double.init))
      try Data("nothing of ours\n".utf8).write(to: run.file("metrics.jsonl"))
      #expect(try refusal(run).contains("line 1 that is not the metrics of a step"))
    }
  }

  @Test("writes what was measured though it is not finite")
  func infinite() throws {
    try withTemporaryFolder { folder in
      let path = folder.appending(path: "metrics.jsonl").path
      let record = StepRecord(
        step: 1, loss: 1, terms: [:], readings: ["gain": .infinity, "other": -.infinity],
        learningRate: 1, gradientNorm: 1, samples: 1, samplesPerSecond: 1, peakMemory: 1)
      try MetricsFile(at: path, after: 0).append(record)
      #expect(try MetricsFile.records(at: path) == [record])
    }
  }

  @Test("has one writer")
  func locked() throws {
    try withBrokenRun { run in
      let first = try TrainingFolder(at: run.path, asked: run.asked, plan: run.plan)
      #expect(try refusal(run).contains("is being written by another process"))
      // The other processes of a job read the same state, and write nothing.
      let before = try contents(run)
      let reader = try TrainingFolder(
        at: run.path, asked: run.asked, plan: run.plan, isWriter: false)
      let outcome = try Trainer(run.plan).run(ToyLesson(parts: 2), in: reader)
      #expect(try contents(run) == before && reader.savedStep == 4)
      withExtendedLifetime(first) {}
      #expect(outcome.step > 0)
    }
  }

  @Test(
    "is written to itself alone",
    arguments: ["plan.json", "state.safetensors", "metrics.jsonl", "lock"]
  )
  func links(name: String) throws {
    try withBrokenRun { run in
      let elsewhere = URL(fileURLWithPath: run.path + "-elsewhere")
      try FileManager.default.moveItem(at: run.file(name), to: elsewhere)
      try FileManager.default.createSymbolicLink(at: run.file(name), withDestinationURL: elsewhere)
      let before = try Data(contentsOf: elsewhere)
      #expect(try refusal(run).contains("is a symbolic link"))
      #expect(try Data(contentsOf: elsewhere) == before)
    }
  }

  @Test("removes what a writer that was killed left behind")
  func leftovers() throws {
    try withBrokenRun { run in
      let left = run.file(".state.safetensors.1x.tmp")
      try Data("half a state".utf8).write(to: left)
      try run.go()
      #expect(!FileManager.default.fileExists(atPath: left.path))
    }
  }

  /// Whether this user may mount a small disk, which takes a superuser.
  private static let canMount: Bool = {
    (try? withTemporaryFolder { folder in
      try shell("mount -t tmpfs -o size=64k none '\(folder.path)' && umount '\(folder.path)'") == 0
    }) ?? false
  }()

  @discardableResult
  private static func shell(_ line: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", line]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  @Test(
    "keeps the last state when the disk is full, and goes on later",
    .enabled(if: canMount, "needs leave to mount a small disk"))
  func fullDisk() throws {
    try withTemporaryFolder { folder in
      let whole = ToyRun(kind: .averaged, path: folder.appending(path: "whole").path)
      try whole.go()
      let disk = folder.appending(path: "disk").path
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      try #require(try Self.shell("mount -t tmpfs -o size=28k none '\(disk)'") == 0)
      defer { _ = try? Self.shell("umount '\(disk)'") }
      let run = ToyRun(kind: .averaged, path: disk + "/run")
      var saved = 0
      let error = #expect(throws: FormatError.self) {
        try run.go { if case .saved(let step) = $0 { saved = step } }
      }
      #expect(error?.what.contains("the disk is full") == true)
      #expect(saved > 0 && saved < 60)
      #expect(try StateFile.header(at: disk + "/run/state.safetensors")?.step == saved)
      try Self.shell("mount -o remount,size=4m '\(disk)'")
      try run.go()
      #expect(try run.state == whole.state)
      #expect(try run.losses == whole.losses)
    }
  }
}
