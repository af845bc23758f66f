import Foundation
public import HoldfastCore
package import HoldfastData
import HoldfastEncoders
import HoldfastMedia
package import HoldfastTensor
package import HoldfastText

/// Which model is meant, and on which device it runs.
public struct ModelRequest: Hashable, Sendable {
  /// A folder, a file of weights, `hf:org/repo`, a bundle, or `builtin`.
  public var model: String
  /// A fine-tuned vision tower in place of the model's own; nil for its own.
  public var vision: String?
  /// For a TorchScript file: the description of what it takes and gives.
  public var input: String?
  /// Whether a TorchScript file, which is a program, may run.
  public var trust = false
  /// The camera of ImageBind's and UniBind's depth, such as `focal=518.9,baseline=0.075`.
  public var depthCamera: String?
  /// `cpu`, `cuda`, `cuda:1` or `mps`.
  public var device = "cpu"
  /// Threads of one operation; nil for all cores.
  public var threads: Int?

  /// The model of a name, on the CPU.
  public init(_ model: String) { self.model = model }

  /// The description of a model that is code.
  ///
  /// - Throws: `UsageError` for trust without a description.
  var script: ScriptChoice {
    get throws(UsageError) {
      guard input != nil || !trust else {
        throw UsageError(
          "--trust is for TorchScript files, which are described with --input",
          hint: "leave it out, or add --input FILE; everything else is read as data",
          option: "trust")
      }
      return ScriptChoice(input: input, isTrusted: trust)
    }
  }

  /// The camera of depth; nil when none is given.
  var camera: DepthCamera? {
    get throws(UsageError) {
      guard let depthCamera else { return nil }
      return try about("depth-camera") { () throws(UsageError) in
        try DepthCamera(parsing: depthCamera)
      }
    }
  }
}

extension Engine {
  /// The model that is asked for, loaded, with the modality that is meant.
  public func load(
    _ request: ModelRequest, modality: Modality? = nil, at place: AttackPlace = .model
  ) throws -> ModelSource {
    let began = ContinuousClock.now
    let (script, camera, device) = try (
      request.script, request.camera, self.device(of: request)
    )
    let path = try about(fileOf: "model") { try ModelSource.resolve(request.model) }
    let source = try ModelSource(
      path, modality: modality, place: place, vision: request.vision, script: script,
      depthCamera: camera, device: device)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    observer.detail(
      "\(source.path): \(source.model.modalities.map(\.rawValue).joined(separator: ", ")), loaded in "
        + String(format: "%.1f s", seconds)
        + " on \(source.encoder.device), \(Torch.threadCount) threads, libtorch \(Torch.version)")
    return source
  }

  /// The device that is asked for, once it is known to be there; sets the number of threads.
  private func device(of request: ModelRequest) throws -> Device {
    let rank = environment["LOCAL_RANK"].flatMap { Int($0) }
    // Of several GPUs, the one that `torchrun` means for this process.
    let name =
      request.device == "cuda" ? rank.map { "cuda:\($0)" } ?? request.device : request.device
    let device = try parseDevice(name)
    if let threads = request.threads {
      guard threads > 0 else {
        throw UsageError(
          "--threads takes a number above 0", hint: "leave it out for all cores",
          option: "threads")
      }
      try Torch.setThreadCount(threads)
    }
    return device
  }
}

/// The device of a name, once it is known to be there.
package func parseDevice(_ device: String) throws(UsageError) -> Device {
  guard let parsed = Device(device) else {
    throw UsageError(
      "unknown device `\(device)`", hint: "use cpu, cuda, cuda:1 or mps", option: "device")
  }
  guard parsed.isAvailable else {
    throw UsageError(
      "the device `\(device)` is not available here",
      hint: parsed == .mps
        ? "MPS needs an Apple machine"
        : "CUDA needs an NVIDIA GPU and a set-up with its libraries (LIBTORCH_MODE=cuda)",
      option: "device")
  }
  return parsed
}

/// The modality with a given name.
package func parseSense(_ text: String) throws(UsageError) -> Modality {
  let all = Modality.allCases.map(\.rawValue)
  if all.contains(text) { return Modality(rawValue: text) }
  throw UsageError(
    "unknown modality `\(text)`",
    hint: nearest(text, among: all).first.map { "did you mean `\($0)`?" }
      ?? "the modalities are \(all.joined(separator: ", "))")
}

/// Prompt templates of a file, or those of the data set, or the modality's standard one.
package func promptTemplates(
  file: String?, of set: (any DataSet)? = nil, for modality: Modality = .image
) throws -> PromptTemplates {
  if let file {
    return try about(fileOf: "templates") {
      try PromptTemplates(contentsOf: URL(fileURLWithPath: file))
    }
  }
  if let texts = set?.templates { return try PromptTemplates(texts) }
  return .standard(for: modality)
}
