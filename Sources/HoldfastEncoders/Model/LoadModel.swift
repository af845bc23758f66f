public import HoldfastTensor

/// Loads a model of any family that is known here, from a folder or a file of weights.
///
/// - Parameters:
///   - vision: weights of a fine-tuned vision tower to put in place of a CLIP model's own.
///   - device: where the parameters go.
/// - Throws: what the loader of the family throws.
public func loadModel(
  at path: String, vision: String? = nil, device: Device = .cpu
) throws -> LoadedModel {
  try loadCLIP(at: path, vision: vision, device: device).loaded
}
