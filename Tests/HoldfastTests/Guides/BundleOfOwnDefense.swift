import Holdfast

/// Writes a defence around a model's pictures as a bundle, and reads it back.
func bundle(
  _ defense: DepthReduction, around model: String, in folder: String
) throws -> DefenseBundle {
  guard let sense = try loadModel(at: model)[.image] else {
    throw UsageError("`\(model)` reads no pictures")
  }
  let files = try ModelFiles.checksums(at: model)
  try DefenseBundle(
    base: .init(path: model, files: files), guide: nil, defense: defense,
    fitted: [.image: defense.fit(to: sense.encoder, guide: nil)]
  ).write(to: folder)
  return try DefenseBundle(at: folder, entries: DefenseTable.entries + [.depthReduction])
}
