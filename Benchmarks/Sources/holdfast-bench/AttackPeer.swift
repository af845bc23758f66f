import Foundation
import Holdfast

/// torchattacks' standard ensemble in a child process.
final class AttackPeer {
  struct Versions: Decodable {
    let torch, transformers, torchattacks, device: String
    let threads: Int
  }

  /// What a run of the ensemble took, and which inputs it left standing.
  struct Result: Decodable {
    let seconds: Double
    let parts: [String: Double]
    let standing: [Bool]
  }

  private struct Order: Encodable {
    struct Sizes: Encodable {
      let width, hidden, layers, heads, patch, image, projection: Int
    }

    var `do`: String
    var sizes: Sizes?
    var model: String?
    var classes: [String]?
    var template: String?
    var inputs: String?
    var epsilon: Double?
    var steps, targets, queries, seed: Int?
  }

  private struct Done: Decodable {}

  let versions: Versions
  private let process: LineProcess

  init(python: String, script: String, threads: Int, device: Device) throws {
    process = try LineProcess(
      python, [script, "--threads", "\(threads)", "--device", device.description])
    versions = try process.ask(Self.line(Order(do: "versions")))
  }

  /// Loads a CLIP directory as a zero-shot classifier.
  func load(_ model: String, classes: [String]) throws {
    let order = Order(
      do: "load", model: model, classes: classes, template: "a photo of a {class}.")
    let _: Done = try process.ask(Self.line(order))
  }

  /// Loads a vision tower of the given sizes with random weights.
  func loadRandom(_ configuration: CLIPConfiguration) throws {
    let vision = configuration.vision
    let order = Order(
      do: "random",
      sizes: Order.Sizes(
        width: vision.width, hidden: vision.hidden, layers: vision.layers, heads: vision.heads,
        patch: vision.patch, image: vision.image, projection: configuration.projection))
    let _: Done = try process.ask(Self.line(order))
  }

  /// Runs the ensemble on `inputs` `(N, 3, H, W)` at one radius.
  func attack(_ inputs: Tensor, at radius: Radius, _ budget: EnsembleBudget) throws -> Result {
    let file = NSTemporaryDirectory() + "holdfast-bench-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: file) }
    try SafetensorsWriter.write(
      [
        SafetensorsWriter.Tensor(
          name: "inputs", type: .float32, shape: inputs.shape, bytes: { try inputs.bytes() })
      ], to: file)
    return try process.ask(
      Self.line(
        Order(
          do: "attack", inputs: file, epsilon: radius.value, steps: budget.steps,
          targets: budget.targets, queries: budget.queries, seed: 0)))
  }

  /// As many of `inputs` `(N, 3, H, W)` as it attacks at all radii in about so many seconds: at least
  /// one.
  ///
  /// A trial on the first few, at the first radius, tells.
  func manageable(
    _ inputs: Tensor, at radii: [Radius], _ budget: EnsembleBudget, in seconds: Double,
    trial few: Int
  ) throws -> Tensor {
    let few = min(few, inputs.shape[0])
    let trial = try attack(inputs.slice(0, 0..<few), at: radii[0], budget).seconds
    let each = trial * Double(radii.count) / Double(few)
    return try inputs.slice(0, 0..<min(inputs.shape[0], max(1, Int(seconds / each))))
  }

  private static func line(_ order: Order) throws -> String {
    String(decoding: try JSONEncoder().encode(order), as: UTF8.self)
  }
}

/// The budget of the standard ensemble, or a part of it.
struct EnsembleBudget {
  var steps = 100
  var targets = 9
  var queries = 5000

  /// Whether a short Auto-PGD goes first, which is not cut with the rest of a budget.
  var screens = true

  /// The ensemble as Holdfast spells it.
  var spelling: String {
    "autoattack:steps=\(steps),targets=\(targets),queries=\(queries),screen=\(screens)"
  }
}
