import ArgumentParser
import Holdfast

/// The threads of a bench: an option that each of them has.
struct Threads: ParsableArguments {
  @Option(
    name: .customLong("threads"), help: "The threads that each side may use (default: all cores).")
  var count: Int?

  func validate() throws {
    guard (count ?? 1) > 0 else { throw ValidationError("there is at least 1 thread") }
  }

  /// Sets them, where the user named a number.
  func use() throws {
    if let count { try Torch.setThreadCount(count) }
  }

  /// What computes our side: the library, its vector instructions, and the threads.
  static func showOurs() {
    show(
      "holdfast  libtorch \(Torch.version), \(Torch.cpuCapability), \(Torch.threadCount) threads")
  }
}
