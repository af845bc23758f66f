import Foundation

/// A child process that answers each line it reads with a line of JSON.
final class LineProcess {
  private let process: Process
  private let commands: FileHandle
  private let answers: FileHandle

  init(_ program: String, _ arguments: [String]) throws {
    let (input, output) = (Pipe(), Pipe())
    process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    (commands, answers) = (input.fileHandleForWriting, output.fileHandleForReading)
    try process.run()
  }

  deinit {
    try? commands.close()
    process.waitUntilExit()
  }

  /// The answer to a line.
  func ask<Answer: Decodable>(_ command: String) throws -> Answer {
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
