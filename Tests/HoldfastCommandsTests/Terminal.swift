import Foundation

extension Program {
  /// What gives a program a terminal.
  private static let script = "/usr/bin/script"

  /// Whether ``onTerminal(_:in:_:)`` can be had.
  static var hasTerminal: Bool { FileManager.default.isExecutableFile(atPath: script) }

  /// Runs `holdfast` with a terminal as standard error, as a person sees it.
  ///
  /// - Parameter variables: what is set in its environment, besides that of this process.
  static func onTerminal(
    _ arguments: [String], in folder: URL, _ variables: [String: String] = [:]
  ) throws -> Outcome {
    let environment = (["TERM": "xterm"].merging(variables) { $1 }).map { "\($0)=\($1)" }
    let words = ["env", "-u", "NO_COLOR"] + environment + [url.path] + arguments
    let line = words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    let result = folder.appendingPathComponent("standard-output")
    try Data("\(line) > '\(result.path)'\n".utf8).write(
      to: folder.appendingPathComponent("line.sh"))
    #if os(macOS)
      let call = "\(script) -q /dev/null bash line.sh"
    #else
      let call = "\(script) -qec 'bash line.sh' /dev/null"
    #endif
    let outcome = try shell("\(call) < /dev/null", in: folder)
    return Outcome(
      code: outcome.code, output: try String(contentsOf: result, encoding: .utf8),
      talk: outcome.output, wasKilled: outcome.wasKilled)
  }
}
