import Foundation
import Holdfast

/// How many samples stand at the largest radius, before and after hardening.
///
/// - Parameter json: the audit, as `{"model": "path/to/clip", "data": "path/to/images"}`.
func standingBeforeAndAfter(
  _ method: String, _ json: String, in folder: String, by engine: Engine
) throws -> (before: Int, after: Int) {
  var request = try JSONDecoder().decode(AuditRequest.self, from: Data(json.utf8))
  request.output = "\(folder)/before"
  let before = try engine.audit(request)

  var hardening = HardenRequest(
    model: request.model.model, method: method, output: "\(folder)/bundle")
  hardening.modalities = [.image]
  try engine.harden(hardening)

  request.model = ModelRequest(hardening.output)
  request.output = "\(folder)/after"
  let after = try engine.audit(request)
  func standing(_ result: AuditResult) -> Int {
    result.outcomes[0].summary.worstCase.last?.robust ?? 0
  }
  return (standing(before), standing(after))
}
