import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// Trainings that are killed at random moments and started again until nothing is left to do.
@Suite("Trainings that are killed", .serialized)
struct TrainingKillTests {
  private let steps = 24

  private func arguments(_ output: String) -> [String] {
    [
      "harden", "--model", "builtin", "--method", "rlbind:inner-steps=1", "--modality", "points",
      "--train", "lora:rank=2,targets=attention+patch", "--data", "scenes:train", "--subsample",
      "40", "--validation", "8", "--steps", "\(steps)", "--batch-size", "4", "--save-every", "1",
      "--examine-every", "6", "--ema", "0.9", "--keep", "robust", "--learning-rate", "1e-3",
      "--threads", "1", "--output", output,
    ]
  }

  /// The lines of metrics so far.
  private func lines(_ folder: URL, _ output: String) -> Int {
    let file = folder.appendingPathComponent("\(output)/training/points/metrics.jsonl").path
    return FileManager.default.contents(atPath: file)?.count { $0 == UInt8(ascii: "\n") } ?? 0
  }

  /// What was measured in each step, without what depends on the machine.
  private func metrics(_ folder: URL, _ output: String) throws -> [String] {
    let path = folder.appendingPathComponent("\(output)/training/points").path
    return try TrainingFolder.metrics(at: path).map {
      let named = ($0.terms.merging($0.readings) { $1 }).sorted { $0.key < $1.key }
      return "\($0.step) \($0.loss) \(named) \($0.gradientNorm) \($0.learningRate) "
        + "\(String(describing: $0.examination))"
    }
  }

  @Test("20 times end in the same bits as the unbroken one")
  func exact() throws {
    var state = SplitMix64(seed: 3, stream: 0)
    func unit() -> Double { Double(state.next() >> 11) / Double(1 << 53) }
    try withTemporaryFolder { folder in
      let whole = try Program.run(arguments("whole"), in: folder)
      try #require(whole.code == 0, "\(whole.talk)")
      var (kills, places) = (0, [Int]())
      while kills < 20 {
        let before = lines(folder, "broken")
        let program = try RunningProgram(arguments("broken"), in: folder)
        if unit() < 0.2 {
          Thread.sleep(forTimeInterval: 0.5 * unit())
        } else {
          program.wait { lines(folder, "broken") > before }
          Thread.sleep(forTimeInterval: 0.1 * unit())
        }
        guard program.kill9() else { break }
        kills += 1
        places.append(lines(folder, "broken"))
      }
      print("killed after \(places) of \(steps) steps")
      #expect(kills > 8 && Set(places).count > 4, "\(places)")
      let last = try Program.run(arguments("broken"), in: folder)
      #expect(last.code == 0, "\(last.talk)")
      func file(_ name: String) throws -> Data {
        try Data(contentsOf: folder.appendingPathComponent(name))
      }
      #expect(try file("broken/layer-1.safetensors") == file("whole/layer-1.safetensors"))
      #expect(
        try file("broken/training/points/state.safetensors")
          == file("whole/training/points/state.safetensors"))
      #expect(try metrics(folder, "broken") == metrics(folder, "whole"))
    }
  }
}
