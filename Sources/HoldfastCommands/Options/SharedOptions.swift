import ArgumentParser
import Foundation
import Holdfast

/// Which model, and where it runs.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A Hugging Face or open_clip folder, a file of weights, hf:org/repo, a bundle, `builtin`, or "
        + "with --input a TorchScript file.",
      valueName: "model"), completion: .model)
  var model: String

  @Option(
    help: ArgumentHelp(
      "A fine-tuned vision tower (FARE, TeCoA) to put in place of the model's own.",
      valueName: "file"), completion: .file())
  var vision: String?

  @OptionGroup var script: ScriptOptions

  @Option(
    help: ArgumentHelp(
      "For ImageBind's and UniBind's depth, the camera: focal=PIXELS, with baseline=METRES (0.075) "
        + "and coding=millimetres or rotated (SUN RGB-D) where they differ.",
      valueName: "camera"))
  var depthCamera: String?

  @Option(
    help: ArgumentHelp("cpu, cuda, cuda:N or mps.", valueName: "device"),
    completion: .list(["cpu", "cuda", "mps"]))
  var device = "cpu"

  @Option(help: ArgumentHelp("Threads of one operation; all cores by default.", valueName: "n"))
  var threads: Int?

  /// The camera of depth, if one is given.
  var camera: DepthCamera? {
    get throws(UsageError) {
      guard let depthCamera else { return nil }
      return try DepthCamera(spelled: depthCamera)
    }
  }

  /// The device, once it is known to be there.
  func prepareDevice() throws -> Device {
    let parsed = try parseDevice(Self.ofRank(device))
    if let threads {
      guard threads > 0 else {
        throw UsageError("--threads takes a number above 0", hint: "leave it out for all cores")
      }
      try Torch.setThreadCount(threads)
    }
    return parsed
  }

  /// Of several GPUs, the one that `torchrun` means for this process.
  private static func ofRank(_ device: String) -> String {
    let rank = ProcessInfo.processInfo.environment["LOCAL_RANK"].flatMap { Int($0) }
    return device == "cuda" ? rank.map { "cuda:\($0)" } ?? device : device
  }

  /// The model, loaded, with the sense that is meant.
  func load(_ modality: Modality? = nil, at place: AttackPlace = .model) throws -> ModelSource {
    let began = ContinuousClock.now
    let source = try ModelSource(
      model, modality: modality, place: place, vision: vision, script: try script.choice,
      depthCamera: try camera, device: try prepareDevice())
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    Console.standard.detail(
      "\(source.path): \(source.model.modalities.map(\.rawValue).joined(separator: ", ")), loaded in "
        + String(format: "%.1f s", seconds)
        + " on \(source.encoder.device), \(Torch.threadCount) threads, libtorch \(Torch.version)")
    return source
  }
}

/// The device that a word on the command line names, once it is known to be there.
func parseDevice(_ device: String) throws(UsageError) -> Device {
  guard let parsed = Device(device) else {
    throw UsageError(
      "`\(device)` is not a device", hint: "use cpu, cuda, cuda:1 or mps")
  }
  guard parsed.isAvailable else {
    throw UsageError(
      "there is no device `\(device)` here",
      hint: parsed == .mps
        ? "MPS needs an Apple machine"
        : "CUDA needs an NVIDIA GPU and a set-up with its libraries (LIBTORCH_MODE=cuda)")
  }
  return parsed
}

/// The sense that a word on the command line names, as records spell it.
func parseSense(_ text: String) throws(UsageError) -> Modality {
  let all = Modality.allCases.map(\.rawValue)
  if all.contains(text) { return Modality(rawValue: text) }
  throw UsageError(
    "there is no sense `\(text)`",
    hint: nearest(text, among: all).first.map { "did you mean `\($0)`?" }
      ?? "the senses are \(all.joined(separator: ", "))")
}

/// In which form a result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv, markdown, latex

  /// A report in this form; as JSON it is `summary`.
  func lines(_ report: any Report, _ summary: some Encodable) throws -> String {
    func page(_ table: String, _ mark: String) -> String {
      ([report.heading, "", table, ""] + report.notes.map { mark + $0 }).joined(separator: "\n")
    }
    switch self {
    case .text: return page(report.table().text(), "")
    case .markdown: return page(report.table().markdown(), "- ")
    case .latex: return report.table().latex()
    case .csv: return report.figures().csv()
    case .json:
      return String(decoding: try RecordCoding.documentEncoder().encode(summary), as: UTF8.self)
    }
  }
}

/// Reads prompt templates from a file, or takes those of the data set, or the sense's standard one.
func promptTemplates(
  file: String?, of set: (any DataSet)? = nil, for modality: Modality = .image
) throws -> PromptTemplates {
  if let file { return try PromptTemplates(contentsOf: URL(fileURLWithPath: file)) }
  if let texts = set?.templates { return try PromptTemplates(texts) }
  return .standard(for: modality)
}
