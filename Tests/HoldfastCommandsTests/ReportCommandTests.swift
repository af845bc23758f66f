import Foundation
import HoldfastTestSupport
import Testing

@Suite("Reports from the command line", .serialized)
struct ReportCommandTests {
  /// Audits the built-in model on a few drawn scenes, and hands over the folder of the run.
  private func withRun(_ body: (URL) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let scenes = try Program.run(
        ["scenes", "--output", "scenes", "--concepts", "circle,square", "--count", "4"], in: folder)
      #expect(scenes.code == 0, "\(scenes.talk)")
      let audit = try Program.run(
        [
          "audit", "--model", "builtin", "--data", "scenes/image", "--checks", "off", "--attack",
          "apgd-ce:steps=5",
          "--epsilon", "4/255,16/255", "--gallery-samples", "3", "--output", "run",
        ], in: folder)
      #expect(audit.code == 0, "\(audit.talk)")
      #expect(audit.talk.contains("The report is in run/report.html\n"))
      try body(folder)
    }
  }

  private func read(_ folder: URL, _ name: String) throws -> String {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
  }

  @Test("are left by an audit, and made again from its records alone")
  func page() throws {
    try withRun { folder in
      let first = try read(folder, "run/report.html")
      #expect(first.hasPrefix("<!doctype html>") && first.hasSuffix("</html>\n"))
      #expect(first.contains(" on image · Holdfast</title>"))
      #expect(first.components(separatedBy: "<figure class=\"look ").count == 1 + 3)
      #expect(first.contains("src=\"data:image/png;base64,"))
      let files = FileManager.default
      try files.removeItem(at: folder.appendingPathComponent("run/report.html"))
      try files.removeItem(at: folder.appendingPathComponent("scenes"))
      let again = try Program.run(["report", "run"], in: folder)
      #expect(again.code == 0 && again.output.isEmpty)
      #expect(again.talk == "The report is in run/report.html\n")
      #expect(try read(folder, "run/report.html") == first)

      let two = try Program.run(["report", "run", "run", "--output", "two.html"], in: folder)
      #expect(two.code == 0 && two.talk == "The report is in two.html\n")
      #expect(try read(folder, "two.html").contains("2 audits compared"))
    }
  }

  @Test("come in every form, the same as an audit prints")
  func forms() throws {
    try withRun { folder in
      for form in ["text", "markdown", "latex", "csv", "json"] {
        let report = try Program.run(["report", "run", "--format", form], in: folder)
        #expect(report.code == 0 && report.talk.isEmpty && !report.output.isEmpty)
        guard ["latex", "json"].contains(form) else { continue }
        let audit = try Program.run(
          [
            "audit", "--model", "builtin", "--data", "scenes/image", "--checks", "off", "--attack",
            "apgd-ce:steps=5",
            "--epsilon", "4/255,16/255", "--gallery-samples", "3", "--output", "run", "--format",
            form,
          ], in: folder)
        #expect(audit.output == report.output, "\(form)")
      }
      let both = try Program.run(
        ["report", "run", "run", "--format", "json", "--output", "both"], in: folder)
      #expect(both.code == 0 && both.output.isEmpty)
      #expect(
        try JSONSerialization.jsonObject(with: Data(read(folder, "both").utf8)) is [[String: Any]])
      let latex = try Program.run(["report", "run", "--format", "latex"], in: folder).output
      #expect(latex.hasPrefix("\\begin{tabular}{llrrr}\n\\toprule\nprotocol & attacks & clean"))
      let csv = try Program.run(["report", "run", "run", "--format", "csv"], in: folder).output
      #expect(csv.split(separator: "\n").count == 1 + 2 * 3)
    }
  }

  @Test("say what is wrong with a folder")
  func refusals() throws {
    try withTemporaryFolder { folder in
      expectFailure(try Program.run(["report", "nowhere"], in: folder), code: 2, "holds no run")
      expectFailure(
        try Program.run(["report", "nowhere", "--format", "xml"], in: folder), code: 64)
      expectFailure(try Program.run(["report"], in: folder), code: 64)
    }
  }
}
