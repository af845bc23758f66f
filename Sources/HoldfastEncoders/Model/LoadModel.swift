import Foundation
import HoldfastFormats
public import HoldfastMedia
public import HoldfastTensor

/// Loads a model of any family that is known here, from a folder or a file of weights.
///
/// The names of the weights tell ImageBind and UniBind, the `model_type` in `config.json` beside them
/// LanguageBind, a folder of towers TinyBind; all else is read as CLIP.
///
/// - Parameters:
///   - vision: weights of a fine-tuned vision tower to put in place of a CLIP model's own.
///   - depthCamera: the camera that measures an ImageBind or UniBind model's depth.
///   - device: the device for the parameters.
/// - Throws: what the loader of the family throws; ``EncoderError`` for a vision tower or a camera
///   that the family has no use for.
public func loadModel(
  at path: String, vision: String? = nil, depthCamera: DepthCamera? = nil, device: Device = .cpu
) throws -> LoadedModel {
  let family = try ModelFamily(at: path)
  guard family == .clip || vision == nil else { throw family.refusal(ofVisionAt: path) }
  guard family == .imageBind || family == .uniBind || depthCamera == nil else {
    throw EncoderError(
      what: "is of the family \(family.rawValue), which takes no depth camera", where: path,
      hint: "leave the camera out; ImageBind's and UniBind's depth needs one")
  }
  return switch family {
  case .clip: try loadCLIP(at: path, vision: vision, device: device).loaded
  case .languageBind: try loadLanguageBind(at: path, device: device).loaded
  case .imageBind: try loadImageBind(at: path, depthCamera: depthCamera, device: device).loaded
  case .uniBind: try loadUniBind(at: path, depthCamera: depthCamera, device: device).loaded
  case .tinyBind: try loadTinyBind(at: path, device: device).loaded
  }
}

/// The families whose files are told apart here.
enum ModelFamily: String {
  case clip = "CLIP"
  case languageBind = "LanguageBind"
  case imageBind = "ImageBind"
  case uniBind = "UniBind"
  case tinyBind = "TinyBind"

  /// The family of a folder or a file of weights.
  ///
  /// - Throws: ``EncoderError`` for the folder of a single tower; what reading the files throws.
  init(at path: String) throws {
    if let refusal = TinyBindFolder.refusal(ofTowerAt: path) { throw refusal }
    if !TinyBindFolder(path).senses.isEmpty {
      self = .tinyBind
    } else if try Self.isLanguageBind(ModelFolder(holding: path)) {
      self = .languageBind
    } else {
      let source = try openCheckpoint(at: path)
      if UniBindLayout.isUniBind(source) {
        self = .uniBind
      } else {
        self = source.names.contains { $0.hasPrefix("modality_trunks.") } ? .imageBind : .clip
      }
    }
  }

  /// Why a model at a path takes no vision tower of another file.
  func refusal(ofVisionAt path: String) -> EncoderError {
    EncoderError(
      what: "is of the family \(rawValue), which takes no vision tower from another file",
      where: path, hint: "leave the vision tower out")
  }

  /// Whether a folder's configuration says that it is LanguageBind's.
  private static func isLanguageBind(_ folder: ModelFolder) throws -> Bool {
    struct Kind: Decodable { let modelType: String? }
    guard let (json, _) = try folder.file("config.json") else { return false }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let kind = try? decoder.decode(Kind.self, from: Data(json))
    return kind?.modelType?.hasPrefix(LanguageBindConfiguration.typePrefix) ?? false
  }
}
