import Foundation
import HoldfastCore
import HoldfastEncoders
import HoldfastFormats
import HoldfastMedia
import HoldfastTensor

/// A description of a model that is code, and whether its author is trusted.
struct ScriptChoice {
  /// The description's file; nil if no model is code.
  let input: String?
  /// Whether its code may run.
  let isTrusted: Bool

  /// The choice if no model is code.
  static let none = ScriptChoice(input: nil, isTrusted: false)

  /// The model at a path, if it is described.
  ///
  /// - Throws: `UsageError` when its code would run without anybody's trust in it.
  func load(_ path: String, vision: String?, device: Device) throws -> LoadedModel? {
    guard let input else { return nil }
    guard isTrusted else {
      throw UsageError(
        "`\(path)` is to be run: TorchScript is code, and could do all that you can",
        hint: "if you trust its author, add --trust; files of weights are read without it")
    }
    guard vision == nil else {
      throw UsageError(
        "--vision cannot be combined with --input", hint: "export the model with that tower in it")
    }
    return try loadScript(at: path, InputDescription(at: input), device: device)
  }

  /// A model of a known family; a TorchScript file of another says what to do.
  func loadKnown(
    _ path: String, vision: String?, depthCamera: DepthCamera?, device: Device
  ) throws -> LoadedModel {
    do {
      return try loadModel(at: path, vision: vision, depthCamera: depthCamera, device: device)
    } catch  where Self.isScript(path) {
      throw EncoderError(
        what: "is TorchScript, but not of a model that is known here", where: path,
        hint: "describe its inputs and outputs with --input FILE, and allow it to run with --trust")
    }
  }

  /// The same for a second model: the description holds for it too if it is code.
  func also(for path: String) -> ScriptChoice { Self.isScript(path) ? self : .none }

  /// SHA-256 by name of the description and of the anchors that it names.
  func checksums() throws -> [String: String] {
    guard let input else { return [:] }
    let name = (input as NSString).lastPathComponent
    var sums = ["input/\(name)": try Checksum.sha256(ofFileAt: input)]
    if case .embedding(let anchors?, _) = try InputDescription(at: input).output {
      let name = (anchors as NSString).lastPathComponent
      sums["anchors/\(name)"] = try Checksum.sha256(ofFileAt: anchors)
    }
    return sums
  }

  private static func isScript(_ path: String) -> Bool { (try? isTorchScript(at: path)) ?? false }
}
