import HoldfastCore
import HoldfastLayers
public import HoldfastTensor

extension TinyBindTower {
  /// A tower that starts from the image tower of a CLIP model if it has the same blocks and patch
  /// grid; a fresh one otherwise.
  ///
  /// What sees one channel sees it in all three colours; what sees several frames at once sees
  /// their mean. So the tokens of a still clip start out as those of the picture, once for each
  /// stretch of frames, but for the tower's own normalisation of pixels.
  ///
  /// Sources: Carreira and Zisserman, 2017, section 2.4, for the frames; Zhu et al., 2024, section
  /// 3.1, for beginning each modality with the weights of images.
  public init(
    _ configuration: TinyBindConfiguration, startingFrom model: CLIPModel,
    initializedBy generator: Generator, device: Device = .cpu
  ) throws {
    let fresh = try TinyBindTower(configuration, initializedBy: generator, device: device)
    let image = try ImageStart(model, configuration)
    guard let image else {
      self = fresh
      return
    }
    var store = fresh.parameters
    for name in store.names {
      guard let own = store[name] else { continue }
      let start = try image.parameter(name, like: own).detached().clone()
      store[name] = try start.to(device)
    }
    self = try fresh.with(store)
  }

  /// Whether a tower of these sizes starts as the image tower of a model.
  public static func starts(_ configuration: TinyBindConfiguration, from model: CLIPModel) -> Bool {
    ((try? ImageStart(model, configuration)) ?? nil) != nil
  }
}

/// The parameters of an image tower as those of a tower of another modality.
private struct ImageStart {
  private let parameters: ParameterStore
  private let shape: [Int]

  /// Nil when the towers differ in more than channels and frames.
  init?(_ model: CLIPModel, _ configuration: TinyBindConfiguration) throws {
    let (vision, tower) = (model.configuration.vision, configuration.tower)
    shape = try configuration.input.shape
    guard case .patches(let sides) = tower.tokens, configuration.modality != .audio,
      tower.width == vision.width, tower.layers == vision.layers, tower.heads == vision.heads,
      4 * tower.width == vision.hidden, vision.activation == .quickGELU,
      configuration.projection == model.configuration.projection,
      Array(sides.suffix(2)) == [vision.patch, vision.patch],
      zip(shape.suffix(2), sides.suffix(2)).allSatisfy({ $0 / $1 == vision.grid })
    else { return nil }
    parameters = model.parameters
  }

  /// The parameter of a name, of the shape of `own`.
  func parameter(_ name: String, like own: Tensor) throws -> Tensor {
    guard let image = parameters["vision.\(name)"] else { return own }
    if image.shape == own.shape { return image }
    switch name {
    case "patch_embedding.weight": return try patches(image, like: own)
    case "positional_embedding":
      // The same places in every stretch of frames.
      let rest = try image.slice(0, 1..<image.shape[0])
      let stretches = (own.shape[0] - 1) / rest.shape[0]
      return try .concatenating(
        [image.slice(0, 0..<1)] + [Tensor](repeating: rest, count: stretches))
    default: return own
    }
  }

  /// `(D, 3, p, p)` as `(D, C · t · p · p)`.
  private func patches(_ image: Tensor, like own: Tensor) throws -> Tensor {
    let (width, side) = (image.shape[0], image.shape[3])
    let gray = shape[0] == 1
    let colors = gray ? try image.sum([1], keepAxes: true) : image  // (D, C, p, p)
    let frames = own.shape[1] / (shape[0] * side * side)
    return try (colors.unsqueezed(2) * (1 / Double(frames)))
      .expanded([width, shape[0], frames, side, side])
      .reshaped([width, own.shape[1]])
  }
}
