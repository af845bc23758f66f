import Holdfast

/// A model's tower for pictures, read against the prompts of some classes, and what prepares files
/// for it.
func subject(
  at folder: String, classes: [String]
) throws -> (subject: Subject, preparation: any Preparation) {
  let model = try loadModel(at: folder)
  guard let sense = model[.image], let texts = model.text else {
    throw UsageError("`\(folder)` reads no pictures, or no texts")
  }
  let bank = try AnchorBank(
    .templates(.standard(for: .image)), for: classes, texts: texts)
  let head = try bank.head(.mean, scale: sense.scale)
  return (Subject(encoder: sense.encoder, head: head), sense.preparation)
}

/// The first samples of a data set, decoded and in the shape that the model takes.
func samples(
  of set: any DataSet, _ preparation: any Preparation, count: Int
) throws -> [PreparedSample] {
  let prefetcher = Prefetcher(set, preparation: preparation, limit: count)
  var samples: [PreparedSample] = []
  while let sample = try prefetcher.next() { samples.append(sample) }
  return samples
}
