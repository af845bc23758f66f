import ArgumentParser
import Foundation
import Holdfast

/// Audits more and more procedural scenes: time grows with them, memory does not.
struct ScalingBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaling", abstract: "Audit 500, 2,000 and 8,000 scenes: time and memory.")

  @Option(help: "The folder of the built-in model.")
  var model = "Sources/HoldfastEngine/Models/tiny-bind"

  @Option(parsing: .upToNextOption, help: "The numbers of scenes, ascending.")
  var samples = [500, 2000, 8000]

  @OptionGroup var threads: Threads

  func run() throws {
    try threads.use()
    let clip = try loadCLIP(at: model)
    guard let tokenizer = clip.tokenizer else { throw ValidationError("no tokenizer in \(model)") }
    let subject = try Subject(
      encoder: clip.model.vision,
      head: clip.model.head(for: SceneGenerator.classNames, tokenizer: tokenizer))
    let side = clip.model.configuration.vision.image
    show("\nan audit by apgd-ce of 10 steps at 1/255, 2/255, 4/255 on procedural scenes\n")
    var table = Table(
      texts: ["scenes"], numbers: ["seconds", "ms per scene", "robust at 4/255", "peak MiB"])
    for count in samples {
      let plan = AuditPlan(
        subject: subject, attacks: [.whiteBox: try AttackTable.recipes("apgd-ce:steps=10")],
        radii: ["1/255", "2/255", "4/255"].compactMap(Radius.init))
      let scenes = SceneSet(
        generator: SceneGenerator(seed: 0), split: .evaluation, size: side, samples: count)
      let prefetcher = Prefetcher(scenes, preparation: clip.preprocessor)
      var robust = 0
      let seconds =
        try ContinuousClock().measure {
          try Auditor(plan).run(prefetcher.next) { record in
            let stands = record.clean.correct && record.protocols[0].radii.allSatisfy(\.robust)
            robust += stands ? 1 : 0
          }
        } / .seconds(1)
      say("\(count) scenes")
      table.add([
        "\(count)", decimal(seconds), String(format: "%.2f", 1000 * seconds / Double(count)),
        percent(Double(robust) / Double(count)), "\(peakMemory())",
      ])
    }
    show(table.text())
  }

  /// The most memory that this process has held so far, in MiB.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Darwin)
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss / (1024 * 1024)
    #else
      getrusage(RUSAGE_SELF.rawValue, &usage)
      return usage.ru_maxrss / 1024
    #endif
  }
}
