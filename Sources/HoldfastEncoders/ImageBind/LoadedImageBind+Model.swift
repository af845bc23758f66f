import HoldfastCore
import HoldfastLayers
import HoldfastMedia
import HoldfastTensor

extension LoadedImageBind {
  /// The model as users name one, with the modalities whose files can be prepared here.
  ///
  /// Depth is left out if the camera is unknown. Inertial measurements are arrays `(6, T)`, as the
  /// authors' code takes them: acceleration, then rotation, along three axes.
  public var loaded: LoadedModel {
    get throws {
      let (configuration, device) = (model.configuration, model.device)
      let scale = try model.cosineScales()
      let senses = try configuration.modalities.compactMap { modality -> Sense? in
        guard let preparation = preparation(for: modality),
          let plan = try configuration.plan(for: modality)
        else { return nil }
        return try Sense(
          of: model.parameters, trunk: plan.scope, preparation: preparation,
          scale: scale(modality)
        ) {
          try ImageBindTower(
            $0[plan.scope], plan, embeddingWidth: configuration.projection, device: device)
        }
      }
      return LoadedModel(family: "ImageBind", senses: senses, text: textEmbedder)
    }
  }

  /// How a file becomes what the tower of a modality takes; nil when that is not known.
  func preparation(for modality: Modality) -> (any Preparation)? {
    let configuration = model.configuration
    return switch modality {
    case .image: configuration.vision.map { ImagePreprocessor.clip(size: $0.image) }
    case .video: configuration.vision.flatMap(clips)
    case .audio: configuration.audio?.sound
    case .thermal: configuration.thermal.map { ThermalPreprocessor.general(side: $0.image) }
    case .depth:
      configuration.depth.flatMap { depth in
        depthCamera.map { .imageBind($0, side: depth.image) as DepthPreprocessor }
      }
    case .inertial:
      configuration.inertial.map {
        ArrayPreparation(shape: [ImageBindConfiguration.Inertial.axes, $0.samples])
      }
    default: nil
    }
  }

  /// The clips of a video, three places of each; nil for a number that three does not divide.
  private func clips(_ vision: ImageBindConfiguration.Vision) -> (any Preparation)? {
    guard vision.views % 3 == 0 else { return nil }
    return ClipPreprocessor(
      choice: .clips(count: vision.views / 3, seconds: 2, frames: vision.frames),
      side: vision.image)
  }
}

extension ImageBindModel {
  /// The factor on cosines with texts for each modality: the one that it was trained with against
  /// images, which for images is that of texts.
  ///
  /// Without a text tower it is the factor that upstream begins its training with.
  func cosineScales() throws(TorchError) -> (Modality) -> Double {
    let scales = try scales()
    return { scales[$0] ?? scales[.text] ?? 1 / 0.07 }
  }
}
