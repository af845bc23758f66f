public import HoldfastCore

/// The rank of a process in a job, and the address at which all meet, from the variables that
/// `torchrun` sets: `RANK`, `WORLD_SIZE`, `MASTER_ADDR`, `MASTER_PORT`.
public struct RankEnvironment: Hashable, Sendable {
  /// The rank of this process, from 0.
  public let rank: Int
  /// The number of processes in the job.
  public let processes: Int
  /// The machine of the process that serves the store.
  public let host: String
  /// The port of that address.
  public let port: UInt16
  /// Whether `torchrun` itself serves the store, rather than the first process.
  public let isServedByLauncher: Bool
  /// How often `torchrun` has started the job again.
  public let attempt: Int

  /// Reads the variables; nil when the process is alone.
  ///
  /// - Throws: `UsageError` when one is missing or is not a number.
  public init?(_ variables: [String: String]) throws(UsageError) {
    guard let text = variables["WORLD_SIZE"], !text.isEmpty else { return nil }
    let processes = try Self.number("WORLD_SIZE", in: variables, 1...65_536)
    guard processes > 1 else { return nil }
    self.processes = processes
    rank = try Self.number("RANK", in: variables, 0...processes - 1)
    port = UInt16(try Self.number("MASTER_PORT", in: variables, 1...65_535))
    guard let host = variables["MASTER_ADDR"], !host.isEmpty else {
      throw UsageError("WORLD_SIZE is set, but MASTER_ADDR is not", hint: Self.remedy)
    }
    self.host = host
    isServedByLauncher = variables["TORCHELASTIC_USE_AGENT_STORE"]?.lowercased() == "true"
    attempt = variables["TORCHELASTIC_RESTART_COUNT"].flatMap { Int($0) } ?? 0
  }

  private static func number(
    _ name: String, in variables: [String: String], _ range: ClosedRange<Int>
  ) throws(UsageError) -> Int {
    guard let text = variables[name], !text.isEmpty else {
      throw UsageError("WORLD_SIZE is set, but \(name) is not", hint: remedy)
    }
    guard let value = Int(text), range.contains(value) else {
      throw UsageError(
        "\(name) is `\(text)`, not a whole number from \(range.lowerBound) to \(range.upperBound)",
        hint: remedy)
    }
    return value
  }

  private static let remedy =
    "start the job with `torchrun --no-python`, or set RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT"
}
