import ArgumentParser
import Foundation
import Holdfast

/// Gives readers files that are damaged at random, each reader in a process of its own.
///
/// For every file the reader must come back in time, within its memory, with a value or with an error
/// of this package that names the file. What does not is a line on standard output, and exit code 1.
@main
struct FuzzCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holdfast-fuzz", abstract: "Read files that are damaged at random.")

  @Argument(help: "Readers; all of them by default.")
  var readers: [String] = []

  @Option(help: "Files for each reader.")
  var count = 2000

  @Option(help: "Seconds for all readers together, in place of a count.")
  var seconds: Double = 0

  @Option(help: "The seed of the damage.")
  var seed: UInt64 = 0

  @Option(help: "The number of the first file; with --count 1 a case is repeated.")
  var first = 0

  @Option(help: "Keep the files in this folder.")
  var keep: String?

  @Flag(help: .hidden)
  var worker = false

  func run() throws {
    let chosen = try (readers.isEmpty ? Reader.all.map(\.name) : readers).map { name in
      guard let reader = Reader.all.first(where: { $0.name == name }) else {
        let near = nearest(name, among: Reader.all.map(\.name))
        throw ValidationError("unknown reader `\(name)`; did you mean \(near)?")
      }
      return reader
    }
    if worker, let keep {
      return try Worker(reader: chosen[0], seed: seed, folder: keep)
        .run(first: first, count: count, seconds: seconds)
    }
    var problems = 0
    for reader in chosen {
      guard reader.isThere() else {
        say("skipped \(reader.name): what it reads with is not installed")
        continue
      }
      problems += try supervise(reader, seconds: seconds / Double(chosen.count))
    }
    say("\(problems) problems")
    if problems > 0 { throw ExitCode(1) }
  }

  /// Runs workers of a reader until all cases are done; each that dies is a problem, and the next goes
  /// on behind the case that killed it.
  private func supervise(_ reader: Reader, seconds: Double) throws -> Int {
    let folder =
      keep
      ?? FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-fuzz-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { if keep == nil { try? FileManager.default.removeItem(atPath: folder) } }
    var (problems, next) = (0, first)
    let last = seconds > 0 ? Int(Int32.max) : first + count
    let began = Date()
    while next < last, problems < 50 {
      let left = seconds - Date().timeIntervalSince(began)
      if seconds > 0, left <= 0 { break }
      let (code, lines) = try work(
        reader, from: next, count: last - next, seconds: left, in: folder)
      for line in lines { say(line) }
      problems += lines.count { $0.hasPrefix("problem") }
      if code == 0 { break }
      let text = try? String(contentsOfFile: "\(folder)/current", encoding: .utf8)
      let current = text?.split(separator: "\n").first.flatMap { Int($0) } ?? next
      if !lines.contains(where: { $0.contains("case \(current):") }) {
        problems += 1
        say("problem \(reader.name) case \(current): ended with code \(code)")
      }
      next = current + 1
    }
    return problems
  }

  private func work(
    _ reader: Reader, from first: Int, count: Int, seconds: Double, in folder: String
  ) throws -> (code: Int32, lines: [String]) {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [
      reader.name, "--worker", "--keep", folder, "--first", "\(first)", "--count", "\(count)",
      "--seed", "\(seed)", "--seconds", "\(self.seconds > 0 ? seconds : 0)",
    ]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let code = process.terminationStatus
    return (
      process.terminationReason == .uncaughtSignal ? -code : code,
      String(decoding: output, as: UTF8.self).split(separator: "\n").map(String.init)
    )
  }
}
