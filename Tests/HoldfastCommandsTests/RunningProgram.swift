import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// The program while it runs.
final class RunningProgram {
  private let process = Process()
  private let files: (out: URL, err: URL)

  /// Starts `holdfast` in a folder, with some variables on top of those of this process.
  init(_ arguments: [String], in folder: URL, _ variables: [String: String] = [:]) throws {
    let name = UUID().uuidString
    let scratch = FileManager.default.temporaryDirectory
    files = (
      scratch.appendingPathComponent("holdfast-\(name)-out"),
      scratch.appendingPathComponent("holdfast-\(name)-err")
    )
    for file in [files.out, files.err] { try Data().write(to: file) }
    process.executableURL = Program.url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files.out)
    process.standardError = try FileHandle(forWritingTo: files.err)
    try process.run()
  }

  deinit {
    if process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
    for file in [files.out, files.err] { try? FileManager.default.removeItem(at: file) }
  }

  /// Whether it still runs.
  var isRunning: Bool { process.isRunning }

  /// Ends it as `kill -9` does; false where it had come to its end before.
  func kill9() -> Bool {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal
  }

  /// What it left behind, once it has ended.
  func outcome() throws -> Program.Outcome {
    process.waitUntilExit()
    return Program.Outcome(
      code: process.terminationStatus, output: try String(contentsOf: files.out, encoding: .utf8),
      talk: try String(contentsOf: files.err, encoding: .utf8),
      wasKilled: process.terminationReason == .uncaughtSignal)
  }

  /// Waits until a condition holds, or the program has ended; false where neither came in time.
  @discardableResult
  func wait(_ seconds: Double = 60, until holds: () -> Bool) -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
      if holds() || !process.isRunning { return true }
      Thread.sleep(forTimeInterval: 0.01)
    }
    return false
  }
}

/// A small audit of drawn scenes, which tests break off.
struct SceneAudit {
  /// Where the scenes are and the runs go.
  let folder: URL
  /// The scenes.
  let samples: Int

  /// Writes scenes, `perShape` of each of the twenty shapes.
  init(in folder: URL, perShape: Int) throws {
    self.folder = folder
    let outcome = try Program.run(
      ["scenes", "--output", "scenes", "--count", "\(perShape)", "--size", "48"], in: folder)
    try #require(outcome.code == 0, "\(outcome.talk)")
    samples = 20 * perShape
  }

  /// The command, with one slot and one thread unless `rest` says otherwise.
  func arguments(_ run: String, _ rest: [String] = ["--batch-size", "1", "--threads", "1"])
    -> [String]
  {
    [
      "audit", "--model", "builtin", "--data", "scenes/image", "--checks", "off", "--attack",
      "apgd-ce:steps=4",
      "--epsilon", "1/255,4/255", "--output", run, "--format", "json",
    ] + rest
  }

  /// The files of samples of a run.
  func shards(_ run: String) -> [String] {
    let path = folder.appendingPathComponent(run).path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix("samples.") }.map { "\(path)/\($0)" }
  }

  /// The whole lines of a run so far.
  func lines(_ run: String) -> Int {
    shards(run).reduce(0) { sum, file in
      sum + (FileManager.default.contents(atPath: file)?.count { $0 == UInt8(ascii: "\n") } ?? 0)
    }
  }

  /// Every line of a run without its times, in order of the ids; no id may come twice.
  func records(_ run: String) throws -> [SampleRecord] {
    var records: [SampleRecord] = []
    for file in shards(run) {
      let reader = try JSONLinesReader(file)
      while let line = try reader.next() {
        var record = try RecordCoding.decoder().decode(SampleRecord.self, from: Data(line))
        for (index, entry) in record.protocols.enumerated() {
          for place in entry.radii.indices { record.protocols[index].radii[place].seconds = 0 }
        }
        records.append(record)
      }
      #expect(!reader.droppedTornLine, "\(file)")
    }
    #expect(Set(records.map(\.id)).count == records.count, "an id comes twice")
    return records.sorted { $0.id < $1.id }
  }

  /// Runs the audit to its end without a break.
  func unbroken(
    _ run: String, _ rest: [String] = ["--batch-size", "1", "--threads", "1"]
  ) throws -> [SampleRecord] {
    let outcome = try Program.run(arguments(run, rest), in: folder)
    try #require(outcome.code == 0, "\(outcome.talk)")
    let records = try records(run)
    #expect(records.count == samples)
    return records
  }

  /// The summary of a run, without its times.
  func summary(_ run: String) throws -> SummaryRecord {
    let file = folder.appendingPathComponent("\(run)/summary.json")
    var summary = try RecordCoding.decoder().decode(
      SummaryRecord.self, from: Data(contentsOf: file))
    for place in summary.worstCase.indices { summary.worstCase[place].seconds = 0 }
    for (index, entry) in summary.protocols.enumerated() {
      for place in entry.radii.indices { summary.protocols[index].radii[place].seconds = 0 }
    }
    return summary
  }
}
