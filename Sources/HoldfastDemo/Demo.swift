import Foundation
package import Holdfast

/// The built-in story: audit every modality, harden some, audit these again, and say what was
/// found.
package struct Demo {
  /// The scenes on which clean accuracy is measured, and those that the baseline compares with.
  private static let (cleanScenes, baselineScenes) = (200, 2000)
  private static let radii = ["1/255", "2/255", "4/255"]
  /// Fewer than the 100 of `holdfast audit`, so that the demonstration ends within minutes.
  private static let steps = 40
  /// A setting that keeps most of these small towers' accuracy, chosen on validation scenes.
  private static let method = "r-adapt:alpha=0.1,beta=0.9,d0=60"
  /// The modalities that are hardened, of those around which the defence can go.
  private static let hardened: [Modality] = [.image, .audio, .thermal]

  let folder: String
  let samples: Int

  /// The demonstration on so many scenes of each modality, whose runs go to `folder`.
  package init(folder: String, samples: Int) {
    self.folder = folder
    self.samples = samples
  }

  /// Runs it.
  ///
  /// - Parameters:
  ///   - observer: who is told how it goes.
  ///   - show: takes the lines of the result.
  ///   - command: what the records keep as the command.
  package func run(
    observer: any RunObserver, show: @escaping (String) -> Void, command: [String]
  ) throws {
    guard (1...1000).contains(samples) else {
      throw UsageError("--samples takes a number from 1 to 1000", option: "samples")
    }
    let folder = Self.unused(folder)
    observer.say(
      """
      Holdfast's demonstration, on a small model of six modalities and scenes that are built in.
      It audits every modality, hardens some, and audits these again, on \(samples) scenes a modality with
      \(Self.steps) steps per attack (100 in an audit of yours). Everything goes to \(folder).
      """)
    let engine = Engine(observer: Progress(shown: observer), command: command)
    // The towers are so small that a second thread would mostly wait for the first.
    try Torch.setThreadCount(1)

    observer.say("\n1/4 Clean accuracy on held-out scenes")
    let model = try engine.load(ModelRequest(ModelSource.builtIn))
    let clean = try model.model.modalities.map { try cleanAccuracy(of: model.sense($0)) }
    for sense in clean { observer.say("  \(sense.name): \(countText(sense.accuracy))") }
    let baseline = try pixelBaseline(
      train: Self.baselineScenes, test: Self.cleanScenes, size: SceneDrawing.recommendedSize)
    observer.say("  \(countText(baseline)) by the nearest training picture")

    observer.say("\n2/4 Audit of the undefended model")
    let bare = try audit(
      ModelSource.builtIn, model.model.modalities, in: "\(folder)/undefended-audit", by: engine,
      observer, show)

    observer.say("\n3/4 Hardening with \(Self.method)")
    let bundle = "\(folder)/hardened"
    var hardening = HardenRequest(
      model: ModelSource.builtIn, method: Self.method, output: bundle)
    hardening.modalities = Self.hardened
    try engine.harden(hardening)
    observer.say("  the bundle is in \(bundle)")

    observer.say("\n4/4 Audit of the hardened modalities, by an attacker who knows the defence")
    let after = try audit(
      bundle, Self.hardened, in: "\(folder)/hardened-audit", by: engine, observer, show)

    show("What was found (95 % intervals in brackets; figures are called different only")
    show("if the intervals do not overlap):\n")
    for sentence in story(clean, baseline, bare, after) { show(Self.wrapped(sentence)) }
    show(Self.next)
  }

  /// Shows the line of progress of the audits, and leaves their sentences out.
  private struct Progress: RunObserver {
    let shown: any RunObserver

    func detail(_ sentence: String) { shown.detail(sentence) }
    func progress(_ line: String?) { shown.progress(line.map { "  \($0)" }) }
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

  /// Audits modalities of a model, shows a row for each, and gives the runs.
  private func audit(
    _ model: String, _ senses: [Modality], in folder: String, by engine: Engine,
    _ observer: any RunObserver, _ show: (String) -> Void
  ) throws -> [SensesReport.Entry] {
    let clock = ContinuousClock()
    let began = clock.now
    var request = AuditRequest(
      model: model, data: senses.map { "\($0.rawValue)=scenes:evaluation" })
    request.attacks = ["apgd-ce:steps=\(Self.steps)"]
    request.adaptiveSteps = Self.steps
    request.radii = Self.radii.compactMap { Radius($0) }
    request.checks = .off("not asked for")
    request.limit = samples
    request.batchSize = .fixed(32)
    request.output = folder
    let entries = try engine.audit(request).outcomes.map {
      SensesReport.Entry(plan: $0.plan, summary: $0.summary)
    }
    let seconds = (clock.now - began) / .seconds(1)
    observer.say("  \(timeSpan(seconds)); the runs are in \(folder)")
    let report = SensesReport(entries)
    show("\n\(report.heading)\n\n\(report.table().text())\n")
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

  private func countText(_ share: ProportionRecord) -> String {
    String(format: "%.1f %% of %d", 100 * share.value, share.total)
  }

  /// `folder`, or if it holds something already, the first of `folder-2`, `folder-3`, … that does
  /// not.
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

    PATH is an image folder (<class>/<image>), a CSV manifest, or a webdataset folder; MODALITY=PATH
    names another modality, and a model of several takes --data once for each.
    """
}
