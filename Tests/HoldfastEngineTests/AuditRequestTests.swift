import Foundation
import Holdfast
import Testing
import Yams

@testable import HoldfastEngine

@Suite("A request for an audit")
struct AuditRequestTests {
  /// A request with everything that is not a default.
  private static var whole: AuditRequest {
    var request = AuditRequest(model: "m", data: ["image=a", "audio=b"])
    request.model.device = "cuda:1"
    request.model.threads = 2
    request.selection = Selection(split: "train", subsample: "100", strict: true)
    request.attackAt = .native
    request.anchors = "centres.safetensors"
    request.anchorReduction = .nearest
    request.attacks = ["apgd-ce:steps=50,restarts=2", "square"]
    request.budgets = .independent
    request.precision = .bfloat16
    request.norm = .l2
    request.radii = ["1/255", "0.5"].compactMap { Radius($0) }
    request.protocols = [.clean, .whiteBox]
    request.checks = .off("--checks off")
    request.batchSize = .fixed(8)
    request.limit = 40
    request.seed = 7
    request.saveAdversarial = true
    request.requirements = ["clean>=0.9"]
    request.output = "runs/a"
    return request
  }

  @Test("is the same value from YAML and from JSON")
  func decodes() throws {
    let yaml = """
      model: m
      data: [image=a, audio=b]
      device: cuda:1
      threads: 2
      split: train
      subsample: 100
      strict: true
      attack-at: native
      anchors: centres.safetensors
      anchor-reduction: nearest
      attack:
        - apgd-ce:steps=50,restarts=2
        - square
      budgets: independent
      precision: bf16
      norm: l2
      epsilon: 1/255,0.5
      protocol: [clean, white-box]
      checks: off
      batch-size: 8
      limit: 40
      seed: 7
      save-adversarial: true
      require: clean>=0.9
      output: runs/a
      """
    let fromYAML = try YAMLDecoder().decode(AuditRequest.self, from: yaml)
    #expect(fromYAML == Self.whole)
    #expect(fromYAML.radii.map(\.description) == ["1/255", "0.5"])
    let json = try JSONEncoder().encode(Self.whole)
    #expect(try JSONDecoder().decode(AuditRequest.self, from: json) == Self.whole)
    #expect(
      try JSONDecoder().decode(AuditRequest.self, from: Data(#"{"model": "m"}"#.utf8))
        == AuditRequest(model: "m"))
  }

  @Test("leaves out what has its default when it is written")
  func encodes() throws {
    let json = try JSONEncoder().encode(AuditRequest(model: "m", data: ["d"]))
    let keys = try #require(JSONSerialization.jsonObject(with: json) as? [String: Any]).keys
    #expect(keys.sorted() == ["data", "model"])
  }

  @Test(
    "refuses an option that there is not, and a value that means nothing",
    arguments: [
      ("modell: m", "modell"), ("model: m\nepsilom: 4/255", "epsilom"), ("data: d", "model"),
      ("model: m\nnorm: l3", "norm"), ("model: m\nepsilon: four", "epsilon"),
      ("model: m\nepsilon: [1/255, 1/255]", "epsilon"), ("model: m\nchecks: 0", "checks"),
      ("model: m\nbatch-size: none", "batch-size"), ("model: m\nprotocol: blackbox", "protocol"),
      ("model: m\nprecision: fp8", "precision"),
    ])
  func refuses(yaml: String, option: String) throws {
    let error = #expect(throws: (any Error).self) {
      try YAMLDecoder().decode(AuditRequest.self, from: yaml)
    }
    // A decoder of YAML wraps what a value's own decoding throws.
    var cause = error
    if case .dataCorrupted(let context)? = error as? DecodingError {
      cause = context.underlyingError
    }
    let usage = try #require(cause as? UsageError, "\(String(describing: error))")
    #expect(usage.option == option)
  }

  @Test("is refused before anything is loaded, about the option that is wrong")
  func checks() throws {
    let wrong: [(String, (inout AuditRequest) -> Void)] = [
      ("data", { $0.data = [] }), ("limit", { $0.limit = 0 }), ("epsilon", { $0.radii = [] }),
      ("attack", { $0.attacks = ["apgd-cee"] }), ("require", { $0.requirements = ["clean"] }),
      ("pairs", { $0.pairs = "p" }), ("gallery-samples", { $0.gallerySamples = 101 }),
      ("allow-skipped", { $0.allowSkipped = -1 }), ("rank-timeout", { $0.rankTimeout = 0 }),
      (
        "attack-at",
        {
          ($0.task, $0.data, $0.pairs) = (.retrieval, [], "p")
          $0.attackAt = .native
        }
      ),
    ]
    for (option, change) in wrong {
      var request = AuditRequest(model: "no such model", data: ["d"])
      change(&request)
      let error = #expect(throws: UsageError.self) { try Engine().audit(request) }
      #expect(error?.option == option)
    }
  }
}
