import HoldfastRecords
import Mustache

/// One or several runs as a page that needs nothing else: no network, no script, no other file.
public struct HTMLReport: Sendable {
  private let runs: [RecordedRun]

  /// A page about runs, in their order.
  public init(_ runs: [RecordedRun]) {
    self.runs = runs
  }

  /// The page as text.
  public func html() throws -> String {
    let sections = runs.enumerated().map { RunSection($1, number: $0 + 1) }
    let page = Page(
      title: Shown(
        sections.count == 1
          ? "\(sections[0].model.text) on \(sections[0].data.text)"
          : "\(runs.count) audits compared"),
      comparison: runs.count > 1 ? ComparisonSection(runs, sections: sections) : nil,
      runs: sections, version: Shown(runs.first?.plan.holdfast ?? ""))
    return try PageTemplates.render(page)
  }

  /// A page, ready for the template `page`.
  struct Page {
    let title: Shown
    let comparison: ComparisonSection?
    let runs: [RunSection]
    let version: Shown
  }
}
