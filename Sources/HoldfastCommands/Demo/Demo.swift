import Foundation
import Holdfast

/// The built-in story: audit every sense, harden some, audit these again, and say what was found.
struct Demo {
  /// The scenes on which clean accuracy is measured, and those that the baseline compares with.
  private static let (cleanScenes, baselineScenes) = (200, 2000)
  private static let radii = ["1/255", "2/255", "4/255"]
  /// Fewer than the 100 of `holdfast audit`, so that the demonstration ends within minutes.
  private static let steps = 40
  /// A setting that keeps most of these small towers' accuracy, chosen on validation scenes.
  private static let method = "r-adapt:alpha=0.1,beta=0.9,d0=60"
  /// The senses that are hardened, of those around which the defence can go.
  private static let hardened: [Modality] = [.image, .audio, .thermal]

  let folder: String
  let samples: Int
  let console: Console

  func run() throws {
    guard samples > 0 else { throw UsageError("--samples takes a number above 0") }
    let folder = Self.unused(folder)
    console.say(
      """
      Holdfast's demonstration, on a small model of six senses and scenes that are built in.
      It audits every sense, hardens some, and audits these again, on \(samples) scenes a sense with
      \(Self.steps) steps per attack (100 in an audit of yours). Everything goes to \(folder).
      """)
    // The towers are so small that a second thread would mostly wait for the first.
    try Torch.setThreadCount(1)

    console.say("\n1/4 Clean accuracy on held-out scenes")
    let model = try ModelSource(ModelSource.builtIn, device: .cpu)
    let clean = try model.model.modalities.map { try cleanAccuracy(of: model.sense($0)) }
    for sense in clean { console.say("  \(sense.name): \(spell(sense.accuracy))") }
    let baseline = try pixelBaseline(
      train: Self.baselineScenes, test: Self.cleanScenes, size: SceneDrawing.recommendedSize)
    console.say("  \(spell(baseline)) by the nearest training picture")

    console.say("\n2/4 Audit of the undefended model")
    let bare = try audit(
      model, model.model.modalities, in: "\(folder)/undefended-audit")

    console.say("\n3/4 Hardening with \(Self.method)")
    let defense = try DefenseTable.defense(Self.method, isGuided: false)
    let bundle = "\(folder)/hardened"
    try HardenCommand.harden(model, Self.hardened, with: defense).write(to: bundle)
    console.say("  the bundle is in \(bundle)")

    console.say("\n4/4 Audit of the hardened senses, by an attacker who knows the defence")
    let after = try audit(
      ModelSource(bundle, device: .cpu), Self.hardened, in: "\(folder)/hardened-audit")

    console.result("What was found (95 % intervals in brackets; figures are called different only")
    console.result("where the intervals do not overlap):\n")
    for sentence in story(clean, baseline, bare, after) {
      console.result(Self.wrapped(sentence))
    }
    console.result(Self.next)
  }

  // MARK: Steps

  private func cleanAccuracy(of sense: ModelSource) throws -> SensesStory.Sense {
    let name = sense.modality
    let subject = try sense.subject(
      classes: SceneGenerator.classNames, templates: .standard(for: name))
    let share = try accuracy(
      of: subject, on: scenes(Self.cleanScenes, for: name), sense.preparation)
    return .init(name: name.rawValue, accuracy: share)
  }

  /// Audits senses of a model, shows a row for each, and gives the runs.
  private func audit(
    _ model: ModelSource, _ senses: [Modality], in folder: String
  ) throws -> [SensesReport.Entry] {
    let clock = ContinuousClock()
    let began = clock.now
    let attack = try AttackTable.recipe("apgd-ce:steps=\(Self.steps)")
    let entries = try senses.map { name in
      let run = AuditRun(
        model: try model.sense(name), transferSource: nil, data: scenes(samples, for: name),
        classes: SceneGenerator.classNames, templates: .standard(for: name), attacks: [attack],
        adaptiveSteps: Self.steps, norm: .linf, radii: Self.radii.compactMap { Radius($0) },
        batchSize: 32, seed: 0)
      guard
        let result = try run.run(
          in: "\(folder)/\(name.rawValue)", command: Invocation.command,
          title: "  \(name.rawValue)", console: console)
      else { preconditionFailure("an audit by one process has a summary") }
      return SensesReport.Entry(plan: result.plan, summary: result.summary)
    }
    let seconds = (clock.now - began) / .seconds(1)
    console.say("  \(AuditProgress.spell(seconds)); the runs are in \(folder)")
    try RunReport.write(
      senses.map { "\(folder)/\($0.rawValue)" }, of: folder, console)
    let report = SensesReport(entries)
    console.result("\n\(report.heading)\n\n\(report.table().text())\n")
    return entries
  }

  private func story(
    _ clean: [SensesStory.Sense], _ baseline: ProportionRecord, _ bare: [SensesReport.Entry],
    _ hardened: [SensesReport.Entry]
  ) -> [String] {
    let opening = SensesStory(
      senses: clean, baseline: baseline, bare: bare, weakest: SensesReport(bare).weakest)
    let defenses = hardened.compactMap { entry in
      let sense = entry.plan.attackSpace.sense
      let before = bare.first { $0.plan.attackSpace.sense == sense }
      return before.map {
        DefenseStory(
          name: "R-Adapt around \(sense)", bare: $0.summary, hardened: entry.summary
        ).sentences.joined(separator: " ")
      }
    }
    return opening.sentences + defenses
  }

  private func scenes(_ count: Int, for modality: Modality) -> SceneSet {
    BuiltInModel.scenes(count, SceneSense(rawValue: modality.rawValue) ?? .image)
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

    Next, with a model and data of your own:

      holdfast pull openai/clip-vit-base-patch32
      holdfast audit --model hf:openai/clip-vit-base-patch32 --data PATH
      holdfast harden --model hf:openai/clip-vit-base-patch32 --method r-adapt --output hardened
      holdfast audit --model hardened --data PATH

    PATH is an image folder (<class>/<image>), a CSV manifest, or a webdataset folder; SENSE=PATH
    names another sense, and a model of several takes --data once for each.
    """
}
