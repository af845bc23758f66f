import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

@Suite("The engine")
struct EngineTests {
  /// What an observer was told.
  private final class Listener: RunObserver {
    var said: [String] = []
    var lines = 0
    var found: [AuditOutcome] = []

    func say(_ sentence: String) { said.append(sentence) }
    func progress(_ line: String?) { lines += line == nil ? 0 : 1 }
    func found(_ outcome: AuditOutcome) { found.append(outcome) }
  }

  private func request(_ model: String, in folder: String) -> AuditRequest {
    var request = AuditRequest(model: model, data: ["image=scenes:evaluation"])
    request.attacks = ["apgd-ce:steps=3"]
    request.radii = ["4/255"].compactMap { Radius($0) }
    request.checks = .off("--checks off")
    request.batchSize = .fixed(4)
    request.limit = 6
    request.gallerySamples = 1
    request.transferCache = "none"
    request.output = folder
    return request
  }

  @Test("audits, goes on with what is finished, hardens, and audits the bundle")
  func wholeWay() throws {
    try withTemporaryFolder { folder in
      let listener = Listener()
      let engine = Engine(observer: listener, command: ["test"], environment: [:])
      let run = folder.appending(path: "bare").path
      let first = try engine.audit(request("builtin", in: run))
      #expect(first.outcomes.map(\.summary.samples) == [6])
      #expect(listener.found.count == 1 && listener.lines > 0)
      let lines = try String(contentsOfFile: "\(run)/samples.jsonl", encoding: .utf8)

      // The same request finds everything finished; only the session is new.
      let again = try engine.audit(request("builtin", in: run))
      #expect(again.outcomes[0].summary == first.outcomes[0].summary)
      #expect(try String(contentsOfFile: "\(run)/samples.jsonl", encoding: .utf8) == lines)
      let stored = try StoredRun(at: run)
      #expect(stored.record.sessions.map(\.command) == [["test"], ["test"]])

      let bundle = folder.appending(path: "bundle").path
      var hardening = HardenRequest(
        model: "builtin", method: "r-adapt:alpha=0.1,beta=0.9,d0=60", output: bundle)
      hardening.modalities = [.image]
      try engine.harden(hardening)
      let hardened = try engine.audit(
        request(bundle, in: folder.appending(path: "hardened").path))
      #expect(
        hardened.outcomes[0].summary.protocols.map(\.name) == [
          "transfer", "transfer-png", "white-box", "adaptive",
        ])
    }
  }

  @Test("says what an audit will cost, and leaves no folder")
  func estimate() throws {
    try withTemporaryFolder { folder in
      let run = folder.appending(path: "run").path
      let estimates = try Engine(environment: [:]).estimate(request("builtin", in: run))
      #expect(estimates.count == 1 && !estimates[0].sentences.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: run))
    }
  }

  @Test("says why a gate is shut, and keeps the run")
  func gates() throws {
    try withTemporaryFolder { folder in
      var request = request("builtin", in: folder.appending(path: "run").path)
      request.requirements = ["robust@4/255>=1"]
      let result = try Engine(environment: [:]).audit(request)
      #expect(result.shortfall?.reasons.count == 1)
      #expect(result.outcomes.count == 1)
    }
  }
}
