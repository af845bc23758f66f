import ArgumentParser
import Foundation
import Holdfast

struct HardenCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "harden",
    abstract: "Put a defence around an encoder, and write it as a bundle.",
    discussion: """
      A bundle is a folder with holdfast.json and defense.safetensors; it refers to the base \
      checkpoint by path and hash. Every command that takes --model takes a bundle. Audit it: a \
      defence is worth what it withstands when the attacker knows it.
      """)

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "A defence, with its options: r-adapt:alpha=1.2,beta=-0.8,d0=40.",
      valueName: "name[:key=value,…]"))
  var method: String

  @Option(
    help: ArgumentHelp(
      "A hardened model of the same shape to learn from (an adversarially fine-tuned one).",
      valueName: "model"))
  var guide: String?

  @Option(help: ArgumentHelp("The bundle's folder.", valueName: "folder"))
  var output: String

  func run() throws {
    let defense = try DefenseTable.defense(method, isGuided: guide != nil)
    guard modelOptions.vision == nil else {
      throw UsageError(
        "--vision cannot be combined with harden",
        hint: "give the fine-tuned tower with --guide")
    }
    let model = try modelOptions.load()
    guard model.bundle == nil else {
      throw UsageError(
        "`\(modelOptions.model)` is a bundle already",
        hint: "harden the base checkpoint, \(model.path)")
    }
    let teacher = try guide.map { try ModelSource($0, device: model.encoder.device) }
    let bundle = try Self.harden(model, with: defense, guide: teacher)
    try bundle.write(to: output)
    Console.standard.result(output)
    Console.standard.say("Audit it: holdfast audit --model \(output) --data PATH")
  }

  /// The bundle of a defence around a model.
  static func harden(
    _ model: ModelSource, with defense: any InferenceDefense, guide: ModelSource? = nil
  ) throws -> DefenseBundle {
    DefenseBundle(
      base: .init(path: model.path, files: model.record.files),
      guide: guide.map { .init(path: $0.path, files: $0.record.files) },
      defense: defense,
      fitted: try defense.fit(to: model.clip.model.vision, guide: guide?.encoder))
  }
}
