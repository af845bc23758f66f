import Foundation
import Holdfast

/// The built-in story: audit, harden, audit again, and say what was found.
struct Demo {
  /// The scenes on which clean accuracy is measured, and those that the baseline compares with.
  private static let (cleanScenes, baselineScenes) = (500, 2000)
  private static let radii = ["1/255", "2/255", "4/255"]
  private static let attack = "apgd-ce:steps=50"
  private static let method = "r-adapt"

  let folder: String
  let samples: Int
  let console: Console

  func run() throws {
    guard samples > 0 else { throw UsageError("--samples takes a number above 0") }
    let folder = Self.unused(folder)
    console.say(
      """
      Holdfast's demonstration, on a small CLIP-style model and drawn scenes that are built in.
      It audits the model, hardens it, and audits it again. Everything goes to \(folder).
      """)

    console.say("\n1/4 Clean accuracy on held-out scenes")
    let model = try ModelSource(ModelSource.builtIn, device: .cpu)
    let (clean, baseline) = try cleanAccuracy(of: model)
    console.say("  \(spell(clean)); \(spell(baseline)) by the nearest training picture")

    console.say("\n2/4 Audit of the undefended model on \(samples) scenes")
    let bare = try audit(model, in: "\(folder)/undefended")

    console.say("\n3/4 Hardening with \(Self.method)")
    let defense = try DefenseTable.defense(Self.method, isGuided: false)
    let bundle = "\(folder)/\(Self.method)"
    try HardenCommand.harden(model, with: defense).write(to: bundle)
    console.say("  The bundle is in \(bundle)")

    console.say("\n4/4 Audit of the hardened model, by attackers who know more and more")
    let hardened = try audit(
      try ModelSource(bundle, device: .cpu), in: "\(folder)/\(Self.method)-audit")

    try show(bare)
    try show(hardened)
    let story = DemoStory(
      clean: clean, baseline: baseline, bare: bare.summary, hardened: hardened.summary,
      defense: Self.method)
    console.result("What was found (95 % intervals in brackets; figures are called different only")
    console.result("where the intervals do not overlap):\n")
    for sentence in story.sentences { console.result(Self.wrapped(sentence)) }
    console.result(Self.next)
  }

  // MARK: Steps

  private func cleanAccuracy(
    of model: ModelSource
  ) throws -> (model: ProportionRecord, baseline: ProportionRecord) {
    guard let tokenizer = model.clip.tokenizer else {
      throw UsageError("`\(model.path)` has no tokenizer beside its weights")
    }
    let size = model.clip.model.configuration.vision.image
    let classifier = try model.clip.model.zeroShotClassifier(
      for: SceneGenerator.classNames, tokenizer: tokenizer)
    let own = try accuracy(
      of: classifier, on: BuiltInModel.scenes(Self.cleanScenes, size: size),
      model.clip.preprocessor)
    let baseline = try pixelBaseline(
      train: Self.baselineScenes, test: Self.cleanScenes, size: size)
    return (own, baseline)
  }

  private typealias Audit = (report: AuditReport, summary: SummaryRecord)

  private func audit(_ model: ModelSource, in folder: String) throws -> Audit {
    let run = AuditRun(
      model: model, transferSource: nil,
      data: BuiltInModel.scenes(samples, size: model.clip.model.configuration.vision.image),
      classes: SceneGenerator.classNames, templates: .standard,
      attacks: [try AttackTable.recipe(Self.attack)], norm: .linf,
      radii: Self.radii.compactMap { Radius($0) }, batchSize: 32, seed: 0)
    let clock = ContinuousClock()
    let began = clock.now
    let result = try run.run(
      in: folder, command: CommandLine.arguments, title: "  audit", console: console)
    let seconds = (clock.now - began) / .seconds(1)
    console.say("  \(AuditProgress.spell(seconds)); the run is in \(folder)")
    return (result.report, result.summary)
  }

  // MARK: Words

  private func show(_ audit: Audit) throws {
    console.result("")
    try AuditCommand.show(audit.report, audit.summary, as: .text, console)
    console.result("")
  }

  private func spell(_ share: ProportionRecord) -> String {
    String(format: "%.1f %% of %d", 100 * share.value, share.total)
  }

  /// `folder`, or where it holds something already, the first of `folder-2`, `folder-3`, … that
  /// does not.
  static func unused(_ folder: String) -> String {
    func isFree(_ path: String) -> Bool {
      guard FileManager.default.fileExists(atPath: path) else { return true }
      return (try? FileManager.default.contentsOfDirectory(atPath: path))?.isEmpty ?? false
    }
    if isFree(folder) { return folder }
    var number = 2
    while !isFree("\(folder)-\(number)") { number += 1 }
    return "\(folder)-\(number)"
  }

  /// A paragraph as an item of a list, in lines of at most 96 characters.
  static func wrapped(_ text: String) -> String {
    var lines = ["-"]
    for word in text.split(separator: " ") {
      if lines[lines.count - 1].count + 1 + word.count > 96 { lines.append(" ") }
      lines[lines.count - 1] += " \(word)"
    }
    return lines.joined(separator: "\n")
  }

  private static let next = """

    Next, with a model and images of your own:

      hf download openai/clip-vit-base-patch32
      holdfast audit --model hf:openai/clip-vit-base-patch32 --data PATH
      holdfast harden --model hf:openai/clip-vit-base-patch32 --method r-adapt --output hardened
      holdfast audit --model hardened --data PATH

    PATH is an image folder (<class>/<image>), a CSV manifest, or a webdataset folder.
    """
}
