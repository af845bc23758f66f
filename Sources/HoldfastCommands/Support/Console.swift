import Foundation
import Holdfast

/// Where the program talks: results on standard output, everything else on standard error.
struct Console: Sendable {
  /// The process's own streams.
  static let standard = Console(
    isInteractive: isatty(STDERR_FILENO) == 1
      && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  )

  /// Whether a person watches standard error, so that progress is worth printing.
  let isInteractive: Bool

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
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }

  /// Replaces the line of progress; nothing where nobody watches.
  func progress(_ text: String) {
    guard isInteractive else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }

  /// Clears the line of progress.
  func endProgress() { progress("") }
}
