import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("The examples of the guide on the library")
struct LibraryGuideTests {
  /// Eight pictures of two classes, and a damaged one: the first of the second class, so that it is
  /// the second of all.
  private func writePictures(to folder: String) throws {
    let export = SceneExport(
      generator: SceneGenerator(seed: 0), split: .evaluation, concepts: [.ring, .star], count: 4)
    try export.write(SceneRendering(.image), to: folder)
    for table in ["manifest.csv", "pairs.csv"] {
      try FileManager.default.removeItem(atPath: "\(folder)/\(table)")
    }
    try Data("not a picture".utf8).write(to: URL(filePath: "\(folder)/star/000-torn.png"))
  }

  private func lines(of run: String) throws -> [Substring] {
    try String(contentsOfFile: "\(run)/samples.jsonl", encoding: .utf8).split(separator: "\n")
  }

  @Test("an audit that a damaged file stops keeps what is finished, and goes on without the file")
  func tolerant() throws {
    try withTemporaryFolder { folder in
      let (data, run) = ("\(folder.path)/pictures", "\(folder.path)/run")
      try writePictures(to: data)
      var request = AuditRequest(model: "builtin", data: [data])
      request.attacks = ["apgd-ce:steps=3"]
      request.radii = ["4/255"].compactMap { Radius($0) }
      request.checks = .off("not asked for")
      (request.gallerySamples, request.output) = (0, run)

      let journal = Journal()
      let engine = Engine(observer: journal, command: ["guide"], environment: [:])
      let result = try tolerantAudit(request, by: engine)
      #expect(result.outcomes[0].summary.samples == 8)
      #expect(result.outcomes[0].summary.skipped?.map(\.id) == ["star/000-torn.png"])
      let said = try #require(journal.sentences.first { $0.hasSuffix("; finished: 1") })
      #expect(said.contains("000-torn.png"))
      #expect(journal.runs == [run])
      #expect(journal.progress?.isEmpty == false)
      #expect(try StoredRun(at: run).record.sessions.count == 2)

      // A third call has nothing left to do.
      let lines = try lines(of: run)
      #expect(lines.count == 8)
      let again = try engine.audit(request)
      #expect(try self.lines(of: run) == lines)
      #expect(again.outcomes[0].summary == result.outcomes[0].summary)

      // Another request is refused, and changes nothing.
      request.seed = 1
      #expect(throws: RunError.self) { try engine.audit(request) }
      #expect(try self.lines(of: run) == lines)
    }
  }

  @Test("an audit as JSON is run before and after hardening")
  func hardened() throws {
    try withTemporaryFolder { folder in
      let json = """
        {"model": "builtin", "data": "scenes:evaluation", "attack": "apgd-ce:steps=5",
         "epsilon": "4/255", "checks": "off", "transfer-cache": "none", "limit": 12,
         "gallery-samples": 0}
        """
      let engine = Engine(command: ["guide"], environment: [:])
      let found = try standingBeforeAndAfter(
        "r-adapt:alpha=0.1,beta=0.9,d0=60", json, in: folder.path, by: engine)
      #expect((0...12).contains(found.after))
      #expect(found.before < 12)
      let bundle = try DefenseBundle(at: "\(folder.path)/bundle")
      #expect(bundle.layers[0].defense is RAdapt)
      let after = try StoredRun(at: "\(folder.path)/after").summary()
      #expect(after?.protocols.map(\.name).contains("adaptive") == true)
    }
  }

  @Test("an error says what it is about")
  func errors() throws {
    var request = AuditRequest(model: "builtin", data: ["scenes:evaluation"])
    request.radii = []
    let error = #expect(throws: UsageError.self) {
      try Engine(environment: [:]).audit(request)
    }
    let words = explain(try #require(error))
    #expect(words.hasPrefix("an audit needs at least one radius: "))
    #expect(words.hasSuffix("see the option `epsilon`"))
  }
}
