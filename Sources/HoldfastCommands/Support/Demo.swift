import Foundation
import Holdfast

/// The built-in story: audit, harden, audit again, and say what was found.
struct Demo {
  /// The scenes on which clean accuracy is measured, and those that the baseline compares with.
  private static let (cleanScenes, baselineScenes) = (500, 2000)
  private static let radii = ["1/255", "2/255", "4/255"]
  /// Fewer than the 100 of `holdfast audit`, so that the demonstration ends within minutes.
  private static let steps = 40
  private static let method = "r-adapt"
  /// A setting that keeps more of this small model's accuracy, chosen on validation scenes.
  private static let mildMethod = "r-adapt:alpha=0.2,beta=0.8"

  let folder: String
  let samples: Int
  let console: Console

  func run() throws {
    guard samples > 0 else { throw UsageError("--samples takes a number above 0") }
    let folder = Self.unused(folder)
    console.say(
      """
      Holdfast's demonstration, on a small CLIP-style model and drawn scenes that are built in.
      It audits the model, hardens it, and audits it again, with \(Self.steps) steps per attack
      (100 in an audit of yours). Everything goes to \(folder).
      """)
    // The model is so small that a second thread would mostly wait for the first.
    try Torch.setThreadCount(1)

    console.say("\n1/4 Clean accuracy on held-out scenes")
    let model = try ModelSource(ModelSource.builtIn, device: .cpu)
    let (clean, baseline) = try cleanAccuracy(of: model)
    console.say("  \(spell(clean)); \(spell(baseline)) by the nearest training picture")

    console.say("\n2/4 Audit of the undefended model on \(samples) scenes")
    let bare = try audit(model, in: "\(folder)/undefended-audit")

    console.say("\n3/4 Hardening with \(Self.method), and audit of the hardened model")
    let hardened = try harden(model, with: Self.method, in: "\(folder)/hardened")

    var stories = [
      DefenseStory(name: Self.method, bare: bare, hardened: hardened)
    ]
    if bare.clean.isAbove(hardened.clean) {
      console.say("\n4/4 It costs clean accuracy, so the same again with \(Self.mildMethod)")
      let mild = try harden(model, with: Self.mildMethod, in: "\(folder)/mildly-hardened")
      stories.append(
        DefenseStory(name: Self.mildMethod, bare: bare, hardened: mild))
    } else {
      console.say("\n4/4 A milder setting is not tried: this one costs no clean accuracy")
    }

    console.result("What was found (95 % intervals in brackets; figures are called different only")
    console.result("where the intervals do not overlap):\n")
    let opening = ModelStory(clean: clean, baseline: baseline, bare: bare)
    for sentence in opening.sentences + stories.flatMap(\.sentences) {
      console.result(Self.wrapped(sentence))
    }
    console.result(Self.next)
  }

  // MARK: Steps

  private func cleanAccuracy(
    of model: ModelSource
  ) throws -> (model: ProportionRecord, baseline: ProportionRecord) {
    let size = model.encoder.input.shape[1]
    let subject = try model.subject(classes: SceneGenerator.classNames, templates: .standard)
    let own = try accuracy(
      of: subject, on: BuiltInModel.scenes(Self.cleanScenes, size: size), model.preparation)
    let baseline = try pixelBaseline(
      train: Self.baselineScenes, test: Self.cleanScenes, size: size)
    return (own, baseline)
  }

  private func audit(_ model: ModelSource, in folder: String) throws -> SummaryRecord {
    let run = AuditRun(
      model: model, transferSource: nil,
      data: BuiltInModel.scenes(samples, size: model.encoder.input.shape[1]),
      classes: SceneGenerator.classNames, templates: .standard,
      attacks: [try AttackTable.recipe("apgd-ce:steps=\(Self.steps)")], adaptiveSteps: Self.steps,
      norm: .linf,
      radii: Self.radii.compactMap { Radius($0) }, batchSize: 32, seed: 0)
    let clock = ContinuousClock()
    let began = clock.now
    guard
      let result = try run.run(
        in: folder, command: CommandLine.arguments, title: "  audit", console: console)
    else { preconditionFailure("an audit by one process has a summary") }
    let seconds = (clock.now - began) / .seconds(1)
    console.say("  \(AuditProgress.spell(seconds)); the run is in \(folder)")
    try RunReport.write(for: folder, console)
    console.result("")
    try AuditCommand.show(result.report, result.summary, as: .text, console)
    console.result("")
    return result.summary
  }

  /// Hardens the model, writes the bundle to `folder`, and audits what was written.
  private func harden(_ model: ModelSource, with method: String, in folder: String) throws
    -> SummaryRecord
  {
    let defense = try DefenseTable.defense(method, isGuided: false)
    try HardenCommand.harden(model, [model.encoder.modality], with: defense).write(to: folder)
    console.say("  the bundle is in \(folder)")
    return try audit(try ModelSource(folder, device: .cpu), in: "\(folder)-audit")
  }

  // MARK: Words

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
    let glued = text.replacing(" %", with: "\u{A0}%")  // no line begins with a per cent sign
    for word in glued.split(separator: " ") {
      if lines[lines.count - 1].count + 1 + word.count > 96 { lines.append(" ") }
      lines[lines.count - 1] += " \(word)"
    }
    return lines.joined(separator: "\n").replacing("\u{A0}", with: " ")
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
