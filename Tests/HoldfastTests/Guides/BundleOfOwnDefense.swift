import Holdfast

/// Writes a defence around a model's pictures as a bundle, and reads it back.
func bundle(
  _ defense: DepthReduction, around model: String, in folder: String
) throws -> DefenseStack {
  guard let sense = try loadModel(at: model)[.image] else {
    throw UsageError("`\(model)` reads no pictures")
  }
  let bare = Subject(encoder: sense.encoder, head: nil)
  let fitted = try defense.fit(DefenseContext(model: bare))
  try DefenseBundle(
    base: .init(path: model, files: ModelFiles.checksums(at: model)),
    layers: [DefenseLayer(defense, fitted: [.image: fitted])]
  ).write(to: folder)
  return try DefenseStack(at: folder, entries: DefenseTable.entries + [.depthReduction])
}
