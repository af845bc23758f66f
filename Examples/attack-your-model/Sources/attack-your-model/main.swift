import Holdfast

/// A classifier of your own: any differentiable function of tensors.
///
/// This one knows a picture of each class, and says which of them is nearest.
struct NearestPicture: Encoder {
  let known: Tensor  // (classes, 3 · 32 · 32)
  let modality = Modality.image
  let input = InputSpec.pixels(height: 32, width: 32)
  let device = Device.cpu
  var embeddingWidth: Int { known.shape[0] }

  func embed(_ pixels: Tensor) throws(TorchError) -> Tensor {
    let products = try pixels.flattenedRows().linear(known)  // (B, classes)
    // Minus half the squared distance, but for |x|², which all classes share.
    return try products - known.squared().sum([1]) / 2
  }
}

let (classes, perClass) = (10, 4)
var noise = Generator(seed: 0, stream: "example")
let model = NearestPicture(known: try noise.normal([classes, 3 * 32 * 32]) * 0.03 + 0.5)
let pictures = try model.known.reshaped([classes, 3, 32, 32])
let subject = Subject(encoder: model, head: Head(logits: classes))

// Noisy pictures of each class, attacked at 1/255, 4/255 and 8/255 by the standard AutoAttack.
let radii = ["1/255", "4/255", "8/255"].compactMap { Radius($0) }
var jobs: [AttackJob] = []
for label in 0..<classes {
  for copy in 0..<perClass {
    let picture = try pictures.slice(0, label..<label + 1)
    let noisy = try (picture + noise.normal([1, 3, 32, 32]) * 0.2).clamped(0, 1)
    jobs.append(
      try AttackJob(
        id: "\(label)/\(copy)", input: noisy, label: label, for: subject, radii: radii))
  }
}
let right = jobs.filter { $0.truth.isCorrect }
print("right when nobody attacks: \(right.count) of \(jobs.count)")

var fooled = [Int: Set<String>]()  // ids of fooled samples, by the radius's place
for recipe in try AttackTable.recipes("autoattack") {
  for outcome in try recipe.run(on: right, PoolSettings(subject: subject)) {
    for (place, result) in outcome.radii.enumerated() where result.success {
      fooled[place, default: []].insert(outcome.job.id)
    }
  }
}
for (place, radius) in radii.enumerated() {
  print("right at \(radius): \(right.count - (fooled[place]?.count ?? 0)) of \(jobs.count)")
}
