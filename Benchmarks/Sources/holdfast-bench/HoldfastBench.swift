import ArgumentParser
import Foundation

/// Everything that is measured beside a peer.
@main
struct HoldfastBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "holdfast-bench",
    abstract: "Measure Holdfast beside its peers, as ratios of one run.",
    subcommands: [
      EncoderBench.self, AttackBench.self, SharesBench.self, StrengthBench.self, ScalingBench.self,
      SensesBench.self, LoadBench.self, TrainingBench.self,
    ])
}

/// Talk goes to stderr; stdout is for figures.
func say(_ text: String) {
  FileHandle.standardError.write(Data("\(text)\n".utf8))
}

/// A figure, seen at once also where stdout is a file.
func show(_ text: String) {
  FileHandle.standardOutput.write(Data("\(text)\n".utf8))
}
