import ArgumentParser
import Foundation
import Holdfast

struct HardenCommand: TalkingCommand {
  static let configuration = CommandConfiguration(
    commandName: "harden",
    abstract: "Put a defence around an encoder, and write it as a bundle.",
    discussion: """
      A bundle is a folder with holdfast.json and the tensors of the defence; it refers to its base, \
      a checkpoint or another bundle, by path and hash. Every command that takes --model takes a \
      bundle. Audit it: a defence is worth what it withstands when the attacker knows it.
      """)

  @OptionGroup var modelOptions: ModelOptions

  @Option(
    help: ArgumentHelp(
      "A defence, with its options: r-adapt:alpha=1.2,beta=-0.8,d0=40.",
      valueName: "name[:key=value,…]"), completion: .list(DefenseTable.entries.map(\.name)))
  var method: String

  @Option(
    help: ArgumentHelp(
      "A hardened model of the same shape to learn from (an adversarially fine-tuned one).",
      valueName: "model"), completion: .model)
  var guide: String?

  @Option(
    help: ArgumentHelp(
      "A sense to harden, such as image or audio; may be repeated. All that can be, by default.",
      valueName: "sense"), completion: .senses, transform: parseSense)
  var modality: [Modality] = []

  @Option(help: ArgumentHelp("The bundle's folder.", valueName: "folder"), completion: .directory)
  var output: String

  @OptionGroup(title: CommandHelp.commonTitle) var talk: TalkOptions

  func run() throws {
    let defense = try DefenseTable.defense(method, isGuided: guide != nil)
    guard modelOptions.vision == nil else {
      throw UsageError(
        "--vision cannot be combined with harden",
        hint: "give the fine-tuned tower with --guide")
    }
    let model = try modelOptions.load()
    let teacher = try guide.map { try ModelSource($0, device: model.encoder.device) }
    let bundle = try Self.harden(
      model, senses(of: model, for: defense), with: defense, guide: teacher)
    try bundle.write(to: output)
    Console.standard.result(output)
    Console.standard.say("Audit it: holdfast audit --model \(output) --data PATH")
  }

  /// The bundle of a defence around some senses of a model, which may be a bundle itself.
  static func harden(
    _ model: ModelSource, _ senses: [Modality], with defense: any Defense,
    guide: ModelSource? = nil
  ) throws -> DefenseBundle {
    var fitted: [Modality: Fitted] = [:]
    for sense in senses {
      let context = DefenseContext(
        model: try model.unhardened(sense), guide: try guide?.sense(sense).subject,
        texts: model.model.text?.embed)
      fitted[sense] = try defense.fit(context)
    }
    let base =
      try model.defenses == nil
      ? DefenseBundle.Reference(path: model.path, files: model.record.files)
      : DefenseBundle.reference(to: model.record.path)
    return DefenseBundle(
      base: base,
      layers: [
        DefenseLayer(
          defense, fitted: fitted,
          guide: guide.map { .init(path: $0.path, files: $0.record.files) })
      ])
  }

  /// The senses that are asked for, or else all around which the defence can go.
  private func senses(
    of model: ModelSource, for defense: any Defense
  ) throws -> [Modality] {
    guard modality.isEmpty else { return modality }
    let fitting = try model.model.modalities.filter { sense in
      let subject = try model.unhardened(sense)
      return (try? defense.check(subject)) != nil
    }
    guard !fitting.isEmpty else {
      try defense.check(model.subject)
      return []
    }
    let left = model.model.modalities.filter { !fitting.contains($0) }
    if !left.isEmpty {
      Console.standard.say(
        "Left as they are, since the defence cannot go around them: "
          + left.map(\.rawValue).joined(separator: ", "))
    }
    return fitting
  }
}

extension ModelSource {
  /// A sense as a further defence finds it: with the defences that it has, without a head.
  fileprivate func unhardened(_ name: Modality) throws -> Subject {
    if let defenses, !defenses.senses.contains(name), let sense = model[name] {
      return Subject(encoder: sense.encoder, head: nil)
    }
    return try sense(name).subject
  }
}
