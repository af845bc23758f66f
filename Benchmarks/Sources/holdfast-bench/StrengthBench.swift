import ArgumentParser
import Foundation
import Holdfast

/// Compares what our attacks leave standing with torchattacks' stored verdicts, attack by attack.
struct StrengthBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strength",
    abstract: "Compare our attacks with torchattacks' stored verdicts, sample by sample.",
    discussion: """
      A sample that the peer leaves standing counts as standing against ours without being attacked, \
      unless --whole is given: that can only make ours look weaker, and saves nearly all the time. An \
      attack passes where it leaves at most --points more than the peer standing, or where the paired \
      95 % interval of the difference reaches below that.
      """)

  @Argument(help: "Verdicts that Tools/peers/autoattack_torchattacks.py has stored.")
  var verdicts: [String]

  @Option(help: "The folder that holds the models that the verdicts name.")
  var models: String

  @Option(help: "The image folder that the verdicts are about.")
  var data: String

  @Option(help: "Attack at most so many images of each class.")
  var perClass: Int?

  @Option(help: "Compare these attacks alone, such as apgd-t; may be repeated.")
  var only: [String] = []

  @Flag(help: "Attack what the peer leaves standing as well.")
  var whole = false

  @Flag(help: "Also compare the search in bfloat16 with ours in float32 (seed 0).")
  var bf16 = false

  @Option(help: "How many points more than the peer's ours may leave standing.")
  var points = 0.4

  @Option(help: "Samples that share a batch.")
  var batchSize = 64

  @OptionGroup var threads: Threads

  @Option(help: "A file for the figures, as JSON; what it holds already is not run again.")
  var output: String?

  @Option(
    help: "A folder for every success, for Tools/peers/confirm_examples.py.")
  var examples: String?

  func run() throws {
    try threads.use()
    var report = StrengthReport(resuming: output, points: points, whole: whole)
    for path in verdicts {
      let peer = try PeerVerdicts(at: path)
      report.peer = peer.versions
      let trial = try StrengthTrial(
        peer, model: "\(models)/\(peer.model)", data: data, perClass: perClass,
        slots: batchSize, searchesBFloat16: bf16)
      report.fail(trial.disagreements)
      for question in peer.questions where only.isEmpty || only.contains(question.attack) {
        try compare(question, trial, &report)
        if let output { try report.write(to: output) }
      }
    }
    show(report.table().text())
    guard report.failures.isEmpty else {
      report.failures.forEach { say("FAILED  \($0)") }
      throw ExitCode(1)
    }
  }

  private func compare(
    _ question: PeerVerdicts.Question, _ trial: StrengthTrial, _ report: inout StrengthReport
  ) throws {
    let peer = question.standing.map { $0.taking(trial.places) }
    let wantsBFloat16 = bf16 && question.seed == 0
    guard
      !report.holds(question, trial, against: "torchattacks")
        || (wantsBFloat16 && !report.holds(question, trial, against: "float32"))
    else { return }
    let clock = ContinuousClock()
    let began = clock.now
    let ours = try trial.attack(question, sparing: whole ? nil : peer)
    report.drop(question, trial)
    report.add(
      question, trial, against: "torchattacks", ours.standing, peer,
      seconds: (clock.now - began) / .seconds(1))
    if let examples { try ours.write(to: examples, question, trial) }
    guard wantsBFloat16 else { return }
    let again = clock.now
    let cheap = try trial.attack(
      question, sparing: whole ? nil : ours.standing, inBFloat16: true)
    report.add(
      question, trial, against: "float32", cheap.standing, ours.standing,
      seconds: (clock.now - again) / .seconds(1))
  }
}

extension Array {
  func taking(_ places: [Int]) -> [Element] { places.map { self[$0] } }
}
