import Holdfast

/// The multiplications and additions that an image's answer needs, in the tower's matrix products.
///
/// What is not a matrix product (normalisations, activations, softmax, the attack's own step) is
/// not counted, nor is anything computed twice.
struct Work {
  /// The embedding of one image.
  let forward: Double
  /// The embedding of one image and the gradient of its pixels.
  let gradient: Double

  init(_ model: CLIPConfiguration) {
    let vision = model.vision
    let (patches, width) = (Double(vision.grid * vision.grid), Double(vision.width))
    let tokens = patches + 1
    let patch = Double(3 * vision.patch * vision.patch)
    let perToken = width * (2 * width + 2 * Double(vision.hidden))  // queries, output, MLP
    let keysAndValues = 2 * width * width
    let full = Double(vision.layers - 1)
    // The last block computes keys and values of all tokens, and the rest of the class token alone.
    let linear =
      patches * patch * width + full * tokens * (perToken + keysAndValues)
      + tokens * keysAndValues + perToken + width * Double(model.projection)
    let attention = 2 * width * (full * tokens * tokens + tokens)
    forward = 2 * (linear + attention)
    // Backwards, a linear layer is one product again, and each product of attention two.
    gradient = forward + 2 * (linear + 2 * attention)
  }

  /// What so many passes need.
  func total(of passes: (forward: Int, backward: Int)) -> Double {
    Double(passes.forward) * forward + Double(passes.backward) * (gradient - forward)
  }
}
