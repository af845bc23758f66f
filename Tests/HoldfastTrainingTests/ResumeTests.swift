import Foundation
import HoldfastCore
import HoldfastTestSupport
import HoldfastTraining
import Testing

@Suite("A training that is broken off")
struct ResumeTests {
  private struct Broken: Error {}

  @Test("goes on to the same bits", arguments: ToyRun.Kind.allCases)
  func exact(kind: ToyRun.Kind) throws {
    try withTemporaryFolder { folder in
      let whole = ToyRun(kind: kind, path: folder.appending(path: "whole").path)
      let kept = try whole.go()
      var dice = SplitMix64(seed: 5, stream: 0)
      for round in 0..<5 {
        let broken = ToyRun(kind: kind, path: folder.appending(path: "broken-\(round)").path)
        var breaks = 0
        var outcome: TrainingOutcome?
        while outcome == nil {
          // Breaks come between any two events: before a line, before a save, behind it.
          var left = Int(dice.next() % 40)
          do {
            outcome = try broken.go { _ in
              if left == 0 { throw Broken() }
              left -= 1
            }
          } catch is Broken {
            breaks += 1
          }
        }
        #expect(breaks > 0)
        #expect(try broken.state == whole.state)
        #expect(try broken.losses == whole.losses)
        #expect(try outcome?.leaves.bits() == kept.leaves.bits())
        #expect(outcome?.step == kept.step && outcome?.examination == kept.examination)
      }
    }
  }

  @Test("says where it goes on, and what it has saved")
  func told() throws {
    try withTemporaryFolder { folder in
      let run = ToyRun(kind: .momentum, path: folder.appending(path: "run").path, steps: 10)
      var saved: [Int] = []
      #expect(throws: Broken.self) {
        try run.go { event in
          if case .saved(let step) = event { saved.append(step) }
          if case .stepped(let record, _) = event, record.step == 6 { throw Broken() }
        }
      }
      #expect(saved == [4])
      #expect(try TrainingFolder(at: run.path, asked: run.asked, plan: run.plan).savedStep == 4)
      var resumed: Int?
      var steps: [Int] = []
      try run.go { event in
        if case .resumed(let step) = event { resumed = step }
        if case .stepped(let record, _) = event { steps.append(record.step) }
        if case .saved(let step) = event { saved.append(step) }
      }
      #expect(resumed == 4 && steps == Array(5...10) && saved == [4, 8, 10])
    }
  }

  @Test("is not trained again when it had come to its end")
  func finished() throws {
    for kind in ToyRun.Kind.allCases {
      try withTemporaryFolder { folder in
        let run = ToyRun(kind: kind, path: folder.appending(path: "run").path, steps: 12)
        let first = try run.go()
        let state = try run.state
        let second = try run.go {
          if case .stepped = $0 { Issue.record("a step was made") }
        }
        #expect(try first.leaves.bits() == second.leaves.bits())
        #expect(first.step == second.step && first.examination == second.examination)
        #expect(try run.state == state)
      }
    }
  }
}
