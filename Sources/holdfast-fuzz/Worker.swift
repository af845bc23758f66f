import Foundation
import Holdfast
import Synchronization

/// Gives damaged files to one reader, in a process whose memory is bounded.
struct Worker {
  /// What may be allocated above what the process holds when it begins: 1 GiB.
  ///
  /// A picture of the most pixels that are read, 178,956,970, takes 512 MiB of it.
  static let memory = 1 << 30
  /// The most time for one file, in seconds.
  static let patience = 20.0

  let reader: Reader
  let seed: UInt64
  /// The folder of the cases while they are read.
  let folder: String

  /// Runs cases from `first` on, until there were `count` of them or the time is over; says what
  /// went wrong on standard output, a line each, and then how it went.
  func run(first: Int, count: Int, seconds: Double) throws {
    let examples = try reader.examples()
    // What the engine needs once does not count as the cost of a file.
    for (index, example) in examples.enumerated() {
      try write(example, to: "\(folder)/whole-\(index)")
      do {
        try reader.read("\(folder)/whole-\(index)")
      } catch {
        say("problem \(reader.name) whole example \(index) is refused: \(error)")
      }
    }
    limitMemory()
    try Data().write(to: URL(fileURLWithPath: "\(folder)/current"))
    let current = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder)/current"))
    let watch = Watch(reader: reader.name)
    let began = Date()
    var (refused, done) = (0, 0)
    for number in first..<(first + count) {
      if seconds > 0, Date().timeIntervalSince(began) > seconds { break }
      try note(number, in: current)
      watch.begins(number)
      if try !isRead(number, of: examples) { refused += 1 }
      watch.ends()
      done += 1
    }
    say(
      "done \(reader.name) \(done) files, \(refused) refused, in "
        + String(format: "%.1f s, ", Date().timeIntervalSince(began))
        + "at most \(peakMemory() >> 20) MiB")
  }

  /// Whether damaged files were read; errors that users should not see are printed.
  private func isRead(_ number: Int, of examples: [Reader.Example]) throws -> Bool {
    var random = Randomness(seed: seed, reader: reader.name, number: number)
    let index = random.below(examples.count)
    let whole = examples[index]
    let files = damaged(whole, with: random, other: examples[random.below(examples.count)])
    let place = "\(folder)/whole-\(index)"
    let changed = files.filter { whole[$0.key] != $0.value }
    try overwrite(changed, in: place)
    defer {
      let again = reader.writes ? whole : whole.filter { changed[$0.key] != nil }
      try? overwrite(again, in: place)
    }
    do {
      try reader.read(place)
      return true
    } catch {
      complain(about: error, in: number)
      return false
    }
  }

  /// Prints an error of another package, or one that does not name the file.
  private func complain(about error: any Error, in number: Int) {
    let text = "\(error)"
    let isOurs = error is any UserFacingError
    guard !isOurs || !text.contains("/whole-") else { return }
    let line = text.replacingOccurrences(of: "\n", with: " ").prefix(300)
    say(
      "problem \(reader.name) case \(number): "
        + (isOurs ? "the error does not name the file" : "\(type(of: error))") + ": \(line)")
  }

  private func damaged(
    _ whole: Reader.Example, with random: Randomness, other: Reader.Example
  ) -> Reader.Example {
    var (random, example) = (random, whole)
    let name = random.pick(example.keys.sorted())
    let isSealed = random.below(2) == 0
    var mutation = Mutation(random: random)
    example[name] = mutation.damage(
      example[name] ?? [], other: other.values.max { $0.count < $1.count } ?? [])
    if isSealed { reader.seal(&example) }
    return example
  }

  private func overwrite(_ files: Reader.Example, in place: String) throws {
    for (name, bytes) in files {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(place)/\(name)"))
    }
  }

  private func write(_ example: Reader.Example, to place: String) throws {
    for (name, bytes) in example {
      let file = URL(fileURLWithPath: "\(place)/\(name)")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
  }

  /// Leaves word of the case that is read now, for whoever finds the process dead.
  private func note(_ number: Int, in file: FileHandle) throws {
    try file.seek(toOffset: 0)
    try file.write(contentsOf: Data("\(number)\n".utf8))
  }

  private func limitMemory() {
    var limit = rlimit()
    let most = rlim_t(status("VmData:") + Self.memory)
    limit.rlim_cur = most
    limit.rlim_max = most
    #if canImport(Glibc)
      setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit)
    #else
      setrlimit(RLIMIT_DATA, &limit)
    #endif
  }

  private func peakMemory() -> Int { status("VmHWM:") }

  /// Bytes that the kernel counts for this process; 0 if it does not say.
  private func status(_ name: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { $0 << 10 } ?? 0
  }
}

/// Ends the process if one file takes too long.
private final class Watch: Sendable {
  private let current = Mutex<(number: Int, since: Date)?>(nil)

  init(reader: String) {
    let thread = Thread { [self] in
      while true {
        Thread.sleep(forTimeInterval: 0.25)
        let late = current.withLock { state -> Int? in
          guard let state, Date().timeIntervalSince(state.since) > Worker.patience else {
            return nil
          }
          return state.number
        }
        if let late {
          say("problem \(reader) case \(late): takes longer than \(Int(Worker.patience)) s")
          _exit(3)
        }
      }
    }
    thread.start()
  }

  func begins(_ number: Int) { current.withLock { $0 = (number, Date()) } }

  func ends() { current.withLock { $0 = nil } }
}
