import Foundation
import Holdfast

/// The program's output: results on standard output, everything else on standard error.
///
/// Names come from data, models and records. What a terminal would obey in them is written out, as
/// `\u001B`; only CSV that goes to another program keeps its bytes.
struct Console: Sendable {
  /// How much the program says.
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
  /// How much the program says.
  var manner = Manner()

  /// Prints lines of a result; JSON stays the same JSON.
  func result(_ text: String) { print(text.printable(keepsLines: true)) }

  /// Prints lines of a result in a form.
  func result(_ text: String, as format: OutputFormat) {
    let isData = format == .csv && isatty(STDOUT_FILENO) == 0
    if isData { print(text) } else { result(text) }
  }

  /// Prints a table; as JSON it is a list of objects.
  func result(_ table: Table, as format: OutputFormat) throws {
    switch format {
    case .text: result(table.text())
    case .csv: result(table.csv(), as: .csv)
    case .markdown: result(table.markdown())
    case .latex: result(table.latex())
    case .json:
      let json = try RecordCoding.documentEncoder().encode(table.objects)
      result(String(decoding: json, as: UTF8.self))
    }
  }

  /// Prints a line for the person who runs the program.
  func say(_ text: String) {
    if manner.level >= .usual { write("\(text.printable(keepsLines: true))\n") }
  }

  /// Prints a line for a person who wants to know more.
  func detail(_ text: String) {
    if manner.level >= .verbose { write("\(text.printable(keepsLines: true))\n") }
  }

  /// Prints why a command failed, however little is to be said.
  func fail(_ message: String) {
    let text = "error: \(message.printable(keepsLines: true))"
    guard isColored else { return write("\(text)\n") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      for (word, color) in [("error:", 31), ("hint:", 36)] where line.hasPrefix(word) {
        return "\u{1B}[1;\(color)m\(word)\u{1B}[0m\(line.dropFirst(word.count))"
      }
      return String(line)
    }
    write(lines.joined(separator: "\n") + "\n")
  }

  /// Replaces the line of progress; nothing is shown if standard error is not a terminal.
  func progress(_ line: String?) {
    guard isInteractive, manner.showsProgress else { return }
    write("\r\u{1B}[K\(line?.printable() ?? "")")
  }

  private func write(_ text: String) {
    // Where both streams go to one place, what was printed first stands first.
    fflush(nil)
    FileHandle.standardError.write(Data(text.utf8))
  }
}
