import Holdfast

/// A classifier of your own: any differentiable function of tensors.
struct OwnModel: Encoder {
  let weight: Tensor  // (classes, 3 · 32 · 32)
  let modality = Modality.image
  let input = InputSpec.pixels(height: 32, width: 32)
  let embeddingWidth = 10
  let device = Device.cpu

  func embed(_ pixels: Tensor) throws(TorchError) -> Tensor {
    try (pixels - 0.5).flattenedRows().linear(weight)  // (B, 10)
  }
}

/// The share of `images` `(N, 3, 32, 32)` that no attack of the standard ensemble fools.
func robustAccuracy(of model: OwnModel, on images: Tensor, labels: [Int]) throws -> Double {
  let subject = Subject(encoder: model, head: Head(logits: 10))
  var standing = try labels.enumerated().map { row, label in
    try AttackJob(
      id: "image \(row)", input: images.slice(0, row..<row + 1), label: label, for: subject,
      radii: [Radius(8.0 / 255)])
  }.filter { $0.truth.isCorrect }
  for recipe in try AttackTable.recipes("autoattack") {
    let outcomes = try recipe.run(on: standing, PoolSettings(subject: subject))
    standing = outcomes.filter { !$0.radii[0].success }.map(\.job)
  }
  return Double(standing.count) / Double(labels.count)
}
