import Holdfast

/// Runs an audit; if a damaged file stops it, says so and goes on without the file.
func tolerantAudit(_ request: AuditRequest, by engine: Engine) throws -> AuditResult {
  var request = request
  request.selection.strict = true
  do {
    return try engine.audit(request)
  } catch let stop as InterruptedRun {
    engine.observer.say("\(explain(stop.cause)); finished: \(stop.finished)")
    request.selection.strict = false
    return try engine.audit(request)
  }
}

/// An error as a person should read it.
func explain(_ error: any Error) -> String {
  guard let error = error as? any UserFacingError else { return "\(error)" }
  return [error.place, error.what, error.hint, error.option.map { "see the option `\($0)`" }]
    .compactMap(\.self).joined(separator: ": ")
}
