import Foundation
import HoldfastTestSupport
import Testing

/// What the OpenMP runtime took from its environment, as it says itself.
@Suite("Threads that wait for each other")
struct PassiveWaitingTests {
  /// How often threads look before they sleep; nil where the runtime is not libgomp.
  private func spinCount(_ variables: [String: String] = [:]) throws -> String? {
    try withTemporaryFolder { folder in
      let program = try RunningProgram(
        ["--version"], in: folder, variables.merging(["OMP_DISPLAY_ENV": "verbose"]) { $1 })
      let outcome = try program.outcome()
      #expect(outcome.code == 0)
      return outcome.talk.firstMatch(of: #/GOMP_SPINCOUNT = '(\d+)'/#).map { String($0.output.1) }
    }
  }

  private static let choices = ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"]

  /// Whether whoever runs the tests has chosen.
  private static let isChosen = choices.contains { ProcessInfo.processInfo.environment[$0] != nil }

  @Test("sleep, unless the user says otherwise", .enabled(if: !isChosen, "the environment chooses"))
  func sleep() throws {
    guard let count = try spinCount() else { return print("skipped: the runtime is not libgomp") }
    #expect(count == "0")
    #expect(try spinCount(["GOMP_SPINCOUNT": "77"]) == "77")
    let active = try spinCount(["OMP_WAIT_POLICY": "active"]).flatMap { Int($0) }
    #expect((active ?? 0) > 1_000_000)
  }

  #if os(Linux)
    @Test("leave the environment as it was")
    func environment() throws {
      let handedOver = try Data(contentsOf: URL(fileURLWithPath: "/proc/self/environ"))
      let now = ProcessInfo.processInfo.environment
      for entry in handedOver.split(separator: 0) {
        let parts = String(decoding: entry, as: UTF8.self).split(
          separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        #expect(now[String(parts[0])] != nil, "\(parts[0])")
      }
      if !Self.isChosen { #expect(now["OMP_WAIT_POLICY"] == nil) }
    }
  #endif
}
