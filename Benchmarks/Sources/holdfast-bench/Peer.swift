import Foundation

/// The peer's side: a child process that measures what it is told to, one line at a time.
final class Peer {
  /// What the peer is made of.
  struct Versions: Decodable {
    let torch, transformers, attention: String
    let threads: Int
  }

  /// What the peer can measure in images per second.
  enum Task: String {
    case embed
    /// The input's gradient alone.
    case frozenGradient = "gradient-frozen"
    /// The usual way: the gradients of all parameters come with the input's.
    case usualGradient = "gradient"
  }

  let versions: Versions
  private let process: Process
  private let commands: FileHandle
  private let answers: FileHandle

  init(python: String, script: String, threads: Int) throws {
    let (input, output) = (Pipe(), Pipe())
    process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, "--threads", "\(threads)", "--budget", "1", "--least", "1"]
    process.standardInput = input
    process.standardOutput = output
    (commands, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
    try process.run()
    versions = try Self.ask("versions", commands, answers)
  }

  deinit {
    try? commands.close()
    process.waitUntilExit()
  }

  /// Images per second.
  func rate(_ task: Task, _ batch: Int) throws -> Double {
    struct Rate: Decodable {
      let seconds: Double
    }
    let rate: Rate = try Self.ask("\(task.rawValue) \(batch)", commands, answers)
    return Double(batch) / rate.seconds
  }

  /// Operations per second of a large product.
  func productRate() throws -> Double {
    struct Product: Decodable {
      let gflops: Double
    }
    let product: Product = try Self.ask("matmul", commands, answers)
    return product.gflops * 1e9
  }

  private static func ask<Answer: Decodable>(
    _ command: String, _ commands: FileHandle, _ answers: FileHandle
  ) throws -> Answer {
    try commands.write(contentsOf: Data("\(command)\n".utf8))
    var line = Data()
    while line.last != UInt8(ascii: "\n") {
      let more = answers.availableData
      guard !more.isEmpty else { throw PeerError(command: command) }
      line += more
    }
    return try JSONDecoder().decode(Answer.self, from: line)
  }
}

/// The peer's process ended before it answered.
struct PeerError: Error, CustomStringConvertible {
  let command: String

  var description: String {
    "the peer left without an answer to `\(command)`\n"
      + "hint: what it said is above; delete .peers and run `make bench` again"
  }
}
