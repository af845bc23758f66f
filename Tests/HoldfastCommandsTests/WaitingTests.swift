import Foundation
import Holdfast
import HoldfastTestSupport
import Testing

/// How OpenMP's threads wait for each other.
@Suite("Threads that wait for each other", .serialized)
struct WaitingTests {
  /// How often threads look before they sleep, as the runtime says itself; nil if it is not libgomp.
  private func spinCount(_ variables: [String: String] = [:]) throws -> Int? {
    try withTemporaryFolder { folder in
      let program = try RunningProgram(
        ["--version"], in: folder, variables.merging(["OMP_DISPLAY_ENV": "verbose"]) { $1 })
      let outcome = try program.outcome()
      #expect(outcome.code == 0)
      return outcome.talk.firstMatch(of: #/GOMP_SPINCOUNT = '(\d+)'/#).flatMap {
        Int($0.output.1)
      }
    }
  }

  private static let choices = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"]

  /// Whether whoever runs the tests has chosen.
  private static let isChosen = choices.contains { ProcessInfo.processInfo.environment[$0] != nil }

  @Test("wait as the user says", .enabled(if: !isChosen, "the environment chooses"))
  func chosen() throws {
    guard let count = try spinCount() else { return print("skipped: the runtime is not libgomp") }
    #expect(count == 300_000)
    #expect(try spinCount(["GOMP_SPINCOUNT": "77"]) == 77)
    #expect(try spinCount(["OMP_WAIT_POLICY": "passive"]) == 0)
  }

  #if os(Linux)
    /// Programs that each want a core for themselves.
    private final class Crowd {
      private let programs: [Process]

      init(_ count: Int) throws {
        programs = try (0..<count).map { _ in
          let program = Process()
          program.executableURL = URL(fileURLWithPath: "/bin/sh")
          program.arguments = ["-c", "while :; do :; done"]
          try program.run()
          return program
        }
      }

      deinit { for program in programs { kill(program.processIdentifier, SIGKILL) } }
    }

    @Test("sleep beside programs that want the cores", .enabled(if: !isChosen, "chosen"))
    func sleep() throws {
      guard try spinCount() != nil else { return print("skipped: the runtime is not libgomp") }
      let crowd = try Crowd(2 * ProcessInfo.processInfo.activeProcessorCount)
      let end = Date(timeIntervalSinceNow: 20)
      let x = try Tensor.ones([256, 256])
      while !Torch.threadsSleep, Date() < end { _ = try x.matmul(x) }
      #expect(Torch.threadsSleep)
      withExtendedLifetime(crowd) {}
    }
  #endif
}
