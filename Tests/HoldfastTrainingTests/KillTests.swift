#if os(Linux)
  import Foundation
  import HoldfastCore
  import HoldfastTensor
  import HoldfastTestSupport
  import HoldfastTraining
  import Testing

  /// The test program once more, in which only ``ChildTraining`` runs.
  private final class Child {
    static let variable = "HOLDFAST_TOY_TRAINING"

    private let process = Process()

    init(training path: String) throws {
      process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      process.arguments = ["--testing-library", "swift-testing", "--filter", "ChildTraining"]
      process.environment = ProcessInfo.processInfo.environment.merging([Self.variable: path]) {
        $1
      }
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
    }

    deinit { kill9() }

    var isRunning: Bool { process.isRunning }

    /// Ends it as `kill -9` does; false when it had come to its end before.
    @discardableResult
    func kill9() -> Bool {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
      return process.terminationReason == .uncaughtSignal
    }

    /// Waits for its end.
    func wait() { process.waitUntilExit() }
  }

  @Suite("A training in a process of its own", .serialized)
  struct ChildTraining {
    static let folder = ProcessInfo.processInfo.environment[Child.variable]

    @Test("that a test starts and kills", .enabled(if: folder != nil, "only in a child"))
    func train() throws {
      try Torch.setThreadCount(1)
      try Self.run(#require(Self.folder)).go()
    }

    static func run(_ path: String) -> ToyRun {
      ToyRun(kind: .averaged, path: path, steps: 300, pause: 0.002)
    }
  }

  @Suite("Trainings that are killed", .serialized)
  struct KillTests {
    @Test(
      "20 times end in the same bits as the unbroken training",
      .enabled(if: ChildTraining.folder == nil, "not in a child"))
    func exact() throws {
      try withTemporaryFolder { folder in
        let whole = ChildTraining.run(folder.appending(path: "whole").path)
        try Child(training: whole.path).wait()
        #expect(try whole.losses.count == 300, "the child has not trained")
        let broken = ChildTraining.run(folder.appending(path: "broken").path)
        func saved() -> Int {
          (try? TrainingFolder(
            at: broken.path, asked: broken.asked, plan: broken.plan, isWriter: false
          ).savedStep ?? 0) ?? 0
        }
        var dice = SplitMix64(seed: 1, stream: 0)
        func unit() -> Double { Double(dice.next() >> 11) / Double(1 << 53) }
        var places: [Int] = []
        while places.count < 20 {
          let before = saved()
          let child = try Child(training: broken.path)
          if unit() < 0.2 {
            // While it starts: the folder may not be there yet.
            Thread.sleep(forTimeInterval: 0.5 * unit())
          } else {
            let end = Date(timeIntervalSinceNow: 60)
            while saved() == before, child.isRunning, Date() < end {
              Thread.sleep(forTimeInterval: 0.002)
            }
            Thread.sleep(forTimeInterval: 0.08 * unit())
          }
          let wasKilled = child.kill9()
          try #require(wasKilled, "came to its end after \(places.count) kills")
          places.append(saved())
          #expect(saved() >= before, "a saved state was lost")
        }
        print("killed after \(places) of 300 steps")
        #expect(Set(places).count > 7, "kills came at too few places: \(places)")
        try Child(training: broken.path).wait()
        #expect(try broken.state == whole.state)
        #expect(try broken.losses == whole.losses)
        let names = try FileManager.default.contentsOfDirectory(atPath: broken.path)
        #expect(!names.contains { $0.hasSuffix(".tmp") })
      }
    }
  }
#endif
