import Foundation
import Holdfast

/// Where the program talks: results on standard output, everything else on standard error.
struct Console: Sendable {
  /// How much is said.
  struct Manner: Sendable, Hashable {
    enum Level: Sendable, Comparable { case quiet, usual, verbose }

    var level = Level.usual
    var showsProgress = true
  }

  /// The process's own streams.
  static func standard(_ manner: Manner = Manner()) -> Console {
    let environment = ProcessInfo.processInfo.environment
    let isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb"
    return Console(
      isInteractive: isTerminal, isColored: isTerminal && (environment["NO_COLOR"] ?? "").isEmpty,
      manner: manner)
  }

  /// Whether a person watches standard error, so that progress is worth printing.
  let isInteractive: Bool
  /// Whether the words `error` and `hint` stand out.
  var isColored = false
  /// How much is said.
  var manner = Manner()

  /// Prints a line of a result.
  func result(_ text: String) { print(text) }

  /// Prints a table; as JSON it is a list of objects.
  func result(_ table: Table, as format: OutputFormat) throws {
    switch format {
    case .text: result(table.text())
    case .csv: result(table.csv())
    case .markdown: result(table.markdown())
    case .latex: result(table.latex())
    case .json:
      let json = try RecordCoding.documentEncoder().encode(table.objects)
      result(String(decoding: json, as: UTF8.self))
    }
  }

  /// Prints a line for the person who runs the program.
  func say(_ text: String) {
    if manner.level >= .usual { write("\(text)\n") }
  }

  /// Prints a line for a person who wants to know more.
  func detail(_ text: String) {
    if manner.level >= .verbose { write("\(text)\n") }
  }

  /// Prints why a command failed, however little is to be said.
  func fail(_ message: String) {
    let text = "error: \(message)"
    guard isColored else { return write("\(text)\n") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for (word, color) in [("error:", 31), ("hint:", 36)] where line.hasPrefix(word) {
        return "\u{1B}[1;\(color)m\(word)\u{1B}[0m\(line.dropFirst(word.count))"
      }
      return String(line)
    }
    write(lines.joined(separator: "\n") + "\n")
  }

  /// Replaces the line of progress; nothing is shown when nobody watches.
  func progress(_ line: String?) {
    guard isInteractive, manner.showsProgress else { return }
    write("\r\u{1B}[K\(line ?? "")")
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
