import ArgumentParser
import Foundation
import Holdfast

/// Loads a checkpoint once and uses it once, and prints what that took.
struct LoadBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract:
      "Load a checkpoint of full size, embed one input of each modality, and print the cost.")

  @Argument(help: "A folder or a file of weights.")
  var model: String

  @Option(help: "The most memory that loading may take, in sizes of the file.")
  var target = 1.1

  func run() throws {
    let size = try weights()
    let before = try peak()
    var loaded: LoadedModel?
    let seconds = try ContinuousClock().measure { loaded = try loadModel(at: model) }
    let growth = Double(try peak() - before) / Double(size)
    guard let loaded else { return }
    show("\n\(loaded.family), \(String(format: "%.2f", Double(size) / 1e9)) GB of weights")
    show(
      "load      \(String(format: "%.1f s", seconds / .seconds(1))), peak memory "
        + "\(String(format: "%.2f", growth))× the file  "
        + verdict(growth <= target, "").replacing("≥ ", with: "≤ \(times(target))"))
    for sense in loaded.senses {
      var generator = Generator(seed: 1, stream: sense.modality.rawValue)
      let x = try generator.uniform([1] + sense.encoder.input.shape)
      let time = try ContinuousClock().measure {
        _ = try withoutGradients { try sense.encoder.embed(x) }
      }
      show(
        "\(sense.modality.rawValue)  \(sense.encoder.input.shape)  "
          + String(format: "%.1f s", time / .seconds(1)))
    }
  }

  /// The bytes of the largest file, which holds the weights.
  private func weights() throws -> Int {
    func bytes(_ path: String) -> Int {
      ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.intValue
        ?? 0
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: model)) ?? []
    return max(1, names.map { bytes("\(model)/\($0)") }.max() ?? bytes(model))
  }

  /// The most memory that this process has had, in bytes.
  private func peak() throws -> Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
