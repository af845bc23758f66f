import ArgumentParser
import FoundationEssentials
import Holdfast

/// In which form a result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv, markdown, latex

  /// A report in this form; as JSON it is `summary`.
  func lines(_ report: any Report, _ summary: some Encodable) throws -> String {
    func page(_ table: String, _ mark: String) -> String {
      ([report.heading, "", table, ""] + report.notes.map { mark + $0 }).joined(separator: "\n")
    }
    switch self {
    case .text: return page(report.table().text(), "")
    case .markdown: return page(report.table().markdown(), "- ")
    case .latex: return report.table().latex()
    case .csv: return report.figures().csv()
    case .json:
      return String(decoding: try RecordCoding.documentEncoder().encode(summary), as: UTF8.self)
    }
  }
}
