import HoldfastCore
import HoldfastEncoders

extension ModelSource {
  /// The model that transfer inputs are made on: the one that the request names, or the undefended base
  /// of a bundle; nil for a bare model when none is named.
  ///
  /// - Throws: `UsageError` for a model of another input size.
  func transferModel(_ request: AuditRequest) throws -> ModelSource? {
    guard let name = request.transferFrom else { return try undefended() }
    let source = try about(fileOf: "transfer-from") {
      try ModelSource(
        name, modality: modality, place: place, script: request.model.script.also(for: name),
        depthCamera: modality == .depth ? request.model.camera : nil, device: encoder.device)
    }
    let (theirs, ours) = (source.encoder.input, encoder.input)
    guard theirs == ours else {
      throw UsageError(
        "the model of --transfer-from takes inputs of \(theirs.shape), and the audited one "
          + "\(ours.shape)", hint: "name a model of the same input size",
        option: "transfer-from")
    }
    return source
  }
}
