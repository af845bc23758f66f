import HoldfastFormats
public import HoldfastTensor

/// Loads a model of any family that is known here, from a folder or a file of weights.
///
/// The names of the weights tell the family: CLIP or ImageBind.
///
/// - Parameters:
///   - vision: weights of a fine-tuned vision tower to put in place of a CLIP model's own.
///   - device: where the parameters go.
/// - Throws: what the loader of the family throws; ``EncoderError`` for a vision tower that the
///   family takes none of.
public func loadModel(
  at path: String, vision: String? = nil, device: Device = .cpu
) throws -> LoadedModel {
  let source = try openCheckpoint(at: path)
  guard source.names.contains(where: { $0.hasPrefix("modality_trunks.") }) else {
    return try loadCLIP(at: path, vision: vision, device: device).loaded
  }
  guard vision == nil else {
    throw EncoderError(
      what: "is an ImageBind model, which takes no vision tower of another file",
      where: source.file, hint: "leave the vision tower out")
  }
  return try loadImageBind(at: path, device: device).loaded
}
