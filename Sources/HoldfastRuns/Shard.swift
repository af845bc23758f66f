/// The part of a run that one of several processes does, and the file that it writes.
public struct Shard: Hashable, Sendable {
  /// Which process this is, from 0.
  public let rank: Int
  /// The number of processes that share the run.
  public let processes: Int

  /// The part of process `rank`.
  public init(rank: Int, of processes: Int) {
    self.rank = rank
    self.processes = processes
  }

  /// The shard of a run by one process: all of it.
  public static let whole = Shard(rank: 0, of: 1)

  /// Whether this is all of it.
  public var isWhole: Bool { processes == 1 }

  /// `samples.jsonl`, or `samples.<rank>.jsonl` for one of several.
  public var file: String { isWhole ? "samples.jsonl" : "samples.\(rank).jsonl" }

  /// The names of the files of samples in a folder, that of whole runs first, then by rank.
  ///
  /// A run may have been done by other numbers of processes before, so all are read.
  public static func files(among names: [String]) -> [String] {
    let ranked = names.compactMap { name -> (rank: Int, name: String)? in
      if name == Shard.whole.file { return (-1, name) }
      let parts = name.split(separator: ".", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[0] == "samples", parts[2] == "jsonl", let rank = Int(parts[1]),
        "\(rank)" == parts[1], rank >= 0
      else { return nil }
      return (rank, name)
    }
    return ranked.sorted { $0.rank < $1.rank }.map(\.name)
  }
}
