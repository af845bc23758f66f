import ArgumentParser
import Holdfast

/// Which model, and on which device it runs.
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
        + "and coding=millimetres or rotated (SUN RGB-D) if they differ.",
      valueName: "camera"))
  var depthCamera: String?

  @Option(
    help: ArgumentHelp("cpu, cuda, cuda:N or mps.", valueName: "device"),
    completion: .list(["cpu", "cuda", "mps"]))
  var device = "cpu"

  @Option(help: ArgumentHelp("Threads of one operation; all cores by default.", valueName: "n"))
  var threads: Int?

  /// The request that the options describe.
  var request: ModelRequest {
    var request = ModelRequest(model)
    request.vision = vision
    request.input = script.input
    request.trust = script.trust
    request.depthCamera = depthCamera
    request.device = device
    request.threads = threads
    return request
  }
}
