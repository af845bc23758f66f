import Foundation

/// What the system says about memory, read from the files of Linux.
///
/// A container may be allowed less than the machine has, so this is the least of the free memory of
/// the machine and of each control group that holds this process.
public struct FreeMemory: Sendable {
  private let root: String

  /// Reads below `root`, which is `/` except in tests.
  public init(root: String = "") { self.root = root }

  /// The bytes that this process may still take; nil when the system does not say.
  public var bytes: Int? {
    let groups = groupPaths.compactMap(left)
    return ([machine].compactMap(\.self) + groups).min()
  }

  /// The bytes that this process holds, and the most it has held since ``forgetPeak()``.
  public var own: (now: Int, peak: Int)? {
    let lines = fields(of: "/proc/self/status")
    guard let now = lines["VmRSS"], let peak = lines["VmHWM"] else { return nil }
    return (now * 1024, peak * 1024)
  }

  /// Makes what the process holds now the most it has held.
  public func forgetPeak() -> Bool {
    (try? Data("5".utf8).write(to: URL(fileURLWithPath: root + "/proc/self/clear_refs"))) != nil
  }

  /// The free memory of the machine, in bytes.
  private var machine: Int? { fields(of: "/proc/meminfo")["MemAvailable"].map { $0 * 1024 } }

  /// The folders of the control groups that hold this process, of both versions, up to the root.
  private var groupPaths: [String] {
    var paths: [String] = []
    for line in text("/proc/self/cgroup").split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      let isSecond = parts[0] == "0" && parts[1].isEmpty
      guard isSecond || parts[1].split(separator: ",").contains("memory") else { continue }
      let base = "/sys/fs/cgroup" + (isSecond ? "" : "/memory")
      var group = parts[2].split(separator: "/")
      while true {
        paths.append(group.isEmpty ? base : "\(base)/\(group.joined(separator: "/"))")
        if group.isEmpty { break }
        group.removeLast()
      }
    }
    return paths
  }

  /// The memory that a control group has left; its file cache can be reclaimed and counts as free.
  private func left(in group: String) -> Int? {
    let names =
      exists("\(group)/memory.max")
      ? ("memory.max", "memory.current", "inactive_file")
      : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    guard let limit = number("\(group)/\(names.0)"), let used = number("\(group)/\(names.1)") else {
      return nil
    }
    let files = fields(of: "\(group)/memory.stat")[names.2] ?? 0
    return max(0, limit - max(0, used - files))
  }

  // MARK: Files

  private func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + path)
  }

  private func text(_ path: String) -> String {
    FileManager.default.contents(atPath: root + path).map { String(decoding: $0, as: UTF8.self) }
      ?? ""
  }

  /// A file of one number; nil for `max`.
  private func number(_ path: String) -> Int? {
    Int(text(path).trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// The first number of each line by its name: `MemAvailable:  123 kB`, `inactive_file 5`.
  private func fields(of path: String) -> [String: Int] {
    var fields: [String: Int] = [:]
    for line in text(path).split(separator: "\n") {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == ":" }
      if words.count > 1, let value = Int(words[1]) { fields[String(words[0])] = value }
    }
    return fields
  }
}
