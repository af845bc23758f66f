import Foundation
import HoldfastErrors
import HoldfastFormats
public import HoldfastRecords
public import HoldfastRuns
import HoldfastTensor

/// The processes that share an audit; each audits every n-th sample and writes a file of its own.
///
/// They meet at a store (`RendezvousStore`) before the run folder is opened, and once more when all
/// are done. In between they need nothing of each other, so a process that is killed can be started
/// again with the same command and continues; so can the one that serves the store.
public final class RankGroup {
  /// The rank of this process, and the address at which all meet.
  public let environment: RankEnvironment
  /// How long to wait for a process that does not respond.
  public let patience: Duration
  private let standing = StoreLink.Box()
  private let link: StoreLink
  private let heartbeat: Heartbeat
  private let prefix: String
  private let options: [String: String]
  /// How many runs of the job were opened.
  private var runs = 0
  private var hasParted = false

  /// The facts of a process that are compared at the rendezvous.
  fileprivate struct Application: Codable {
    var folder: String
    var options: [String: String]
    var plan: PlanRecord
    var session: SessionRecord
  }

  /// Connects this process with the others.
  ///
  /// - Parameter options: what every process must have been told alike besides the plan, as options and
  ///   their values.
  /// - Throws: ``JobError`` when the store cannot be reached.
  public init(
    _ environment: RankEnvironment, patience: Duration, options: [String: String] = [:]
  ) throws {
    self.environment = environment
    self.patience = patience
    self.options = options
    let prefix = "holdfast/\(environment.attempt)"
    self.prefix = prefix
    do {
      link = try StoreLink(
        environment, standing: standing, patience: patience,
        isServer: environment.rank == 0 && !environment.isServedByLauncher)
      try link.ask { (store) throws(TorchError) in _ = try store.contains("\(prefix)/any") }
    } catch {
      throw JobError(
        "rank \(environment.rank) cannot reach the job at \(environment.host):\(environment.port): "
          + error.firstLine,
        hint: "see that rank 0 runs there and that the port is open and free")
    }
    heartbeat = Heartbeat(
      environment, standing: standing, key: "\(prefix)/beat/\(environment.rank)",
      interval: min(.seconds(5), patience / 4))
  }

  /// Ends the connection; the others learn if this process has not done its part.
  public func close() {
    if !hasParted { tellFailure("it ended before its part was done") }
    heartbeat.stop()
  }

  /// The part of this process.
  public var shard: Shard { Shard(rank: environment.rank, of: environment.processes) }

  private var others: [Int] {
    (0..<environment.processes).filter { $0 != environment.rank }
  }

  private func key(_ name: String, _ rank: Int? = nil) -> String {
    "\(prefix)/\(runs)/\(name)" + (rank.map { "/\($0)" } ?? "")
  }

  // MARK: Meeting

  /// Opens a run folder together with the others: the first process opens it when all have come and ask
  /// for the same, the others after it.
  ///
  /// The runs of a job are told apart by their number, so processes that were told different things meet,
  /// and say so.
  ///
  /// - Throws: ``JobError`` when a process does not come, or was given another audit.
  public func open(
    at path: String, plan: PlanRecord, session: SessionRecord
  ) throws -> RunFolder {
    runs += 1
    hasParted = false
    var session = session
    session.rank = environment.rank
    session.processes = environment.processes
    try reach { try link.forget(failureKey(environment.rank)) }
    let application = Application(folder: path, options: options, plan: plan, session: session)
    if environment.rank == 0 {
      do {
        let sessions = try [session] + gatherSessions(application)
        let folder = try RunFolder(at: path, plan: plan, sessions: sessions, shard: shard)
        try link.tell(key("go"), "")
        return folder
      } catch {
        fail(error)
        throw error
      }
    }
    try tell(
      "join", String(decoding: RecordCoding.lineEncoder().encode(application), as: UTF8.self))
    _ = try waitForWord("go", of: 0)
    return try RunFolder(at: path, plan: plan, sessions: [], shard: shard)
  }

  private func gatherSessions(_ own: Application) throws -> [SessionRecord] {
    try others.map { rank in
      let text = try waitForWord("join", of: rank)
      let application = try RecordCoding.decoder().decode(
        Application.self, from: Data(text.utf8))
      let differences = own.differences(from: application)
      guard differences.isEmpty else {
        throw JobError(
          "rank \(rank) was given an audit that differs in \(differences.joined(separator: ", "))",
          hint: "give every rank the same command")
      }
      guard application.session.processes == environment.processes else {
        throw JobError(
          "rank \(rank) counts \(counted(application.session.processes ?? 1, "process", "processes")), "
            + "and rank 0 \(environment.processes)", hint: "give every rank the same WORLD_SIZE")
      }
      return application.session
    }
  }

  /// The message of a process under a name, or the failure of a rank.
  private func waitForWord(_ name: String, of rank: Int) throws -> String {
    var watch = Watch()
    while true {
      if let word = try word(rank == 0 ? key(name) : key(name, rank)) { return word }
      try check(rank, &watch)
      Thread.sleep(forTimeInterval: 0.1)
    }
  }

  private func word(_ key: String) throws -> String? {
    try reach {
      try link.ask { (store) throws(TorchError) in
        try store.contains(key) ? try store.get(key, within: patience) : nil
      }
    }
  }

  private func tell(_ name: String, _ value: String) throws {
    try reach { try link.tell(key(name, environment.rank), value) }
  }

  /// Asks the store; if it is gone, the error says how far the job was.
  private func reach<Answer>(_ body: () throws -> Answer) throws -> Answer {
    do {
      return try body()
    } catch let error as TorchError {
      throw JobError(
        "rank \(environment.rank) has lost the job at \(environment.host):\(environment.port): "
          + error.firstLine,
        hint: "what is finished is kept; start all ranks again with the same command")
    }
  }

  // MARK: Signs of life

  /// The time of the last heartbeat of a process.
  private struct Watch {
    var beats: Int?
    var since = ContinuousClock.now
  }

  /// Refuses to wait longer for a process that has failed, or has not responded in time.
  private func check(_ rank: Int, _ watch: inout Watch) throws {
    if let reason = try word(failureKey(rank)) {
      throw JobError(
        "rank \(rank) failed: \(reason)",
        hint: "what is finished is kept; start all ranks again with the same command")
    }
    let beats = try reach {
      try link.ask { (store) throws(TorchError) in try store.add("\(prefix)/beat/\(rank)", 0) }
    }
    if beats != watch.beats { watch = Watch(beats: beats) }
    guard ContinuousClock.now - watch.since < patience else {
      throw JobError(
        "rank \(rank) of \(environment.processes) has not responded for \(patience.secondsText)",
        hint: "what is finished is kept; start all ranks again with the same command")
    }
  }

  // MARK: Parting

  /// Waits at the end of this process's part: the first process for all others, and the others until
  /// it has summed up.
  ///
  /// - Returns: whether this process sums up.
  /// - Throws: ``JobError`` when a process is gone, or its samples are not in this folder.
  public func gather(_ folder: RunFolder) throws -> Bool {
    try folder.synchronize()
    guard environment.rank == 0 else {
      let samples = try Self.samples(in: "\(folder.path)/\(shard.file)").count
      try tell("done", "\(samples)")
      _ = try waitForWord("end", of: 0)
      try? tell("left", "")
      hasParted = true
      return false
    }
    for rank in others {
      let samples = Int(try waitForWord("done", of: rank)) ?? 0
      try expect(samples, of: rank, in: folder.path)
    }
    return true
  }

  /// Lets the others go, once the first process has summed up.
  public func release() {
    guard environment.rank == 0 else { return }
    try? link.tell(key("end"), "")
    hasParted = true
    waitForLeave()
  }

  /// Tells the others that this process has failed, and why.
  public func fail(_ error: any Error) { tellFailure(error.firstLine) }

  private func tellFailure(_ reason: String) {
    hasParted = true
    // Whoever waits finds out; nobody is waited for long, since the job may be gone.
    let brief = try? StoreLink(environment, standing: standing, patience: .seconds(2))
    try? brief?.tell(failureKey(environment.rank), reason)
    if environment.rank == 0 { waitForLeave() }
  }

  private func failureKey(_ rank: Int) -> String { "\(prefix)/failed/\(rank)" }

  /// The one that serves the store leaves last, but waits for nobody who is gone.
  private func waitForLeave() {
    let end = ContinuousClock.now + min(patience, .seconds(5))
    guard let brief = try? StoreLink(environment, standing: standing, patience: .seconds(1)) else {
      return
    }
    for rank in others {
      let words = [key("left", rank), failureKey(rank)]
      while ContinuousClock.now < end {
        let found = try? words.contains { word in
          try brief.ask { (store) throws(TorchError) in try store.contains(word) }
        }
        guard let found else { return }
        if found { break }
        Thread.sleep(forTimeInterval: 0.05)
      }
    }
  }

  /// Sees that a shard is here, for which a network's file system may take a moment.
  private func expect(_ samples: Int, of rank: Int, in path: String) throws {
    let file = "\(path)/\(Shard(rank: rank, of: environment.processes).file)"
    let end = ContinuousClock.now + min(patience, .seconds(15))
    while try Self.samples(in: file).count < samples {
      guard ContinuousClock.now < end else {
        throw JobError(
          "rank \(rank) has written \(counted(samples, "sample")), not found in `\(file)`",
          hint: "give all ranks one folder that their machines share, or bring that file here and "
            + "start the audit again")
      }
      Thread.sleep(forTimeInterval: 0.5)
    }
  }

  /// The lines of a shard; empty if there is no file.
  private static func samples(in file: String) throws -> [Int] {
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let reader = try JSONLinesReader(file)
    var lines: [Int] = []
    while let line = try reader.next() { lines.append(line.count) }
    return lines
  }
}

extension RankGroup.Application {
  /// The options that differ from those of another process.
  fileprivate func differences(from other: Self) -> [String] {
    let names = Set(options.keys).union(other.options.keys).sorted()
    let told = names.compactMap { name -> String? in
      func said(_ options: [String: String]) -> String {
        options[name].map { "`\($0)`" } ?? "the default"
      }
      return options[name] == other.options[name]
        ? nil : "\(name) (\(said(other.options)), and rank 0 \(said(options)))"
    }
    return plan.differences(from: other.plan).map(\.rawValue) + told
      + (folder == other.folder ? [] : ["the folder (`\(other.folder)`, and rank 0 `\(folder)`)"])
  }
}

extension Error {
  /// What happened, without its hint.
  var firstLine: String {
    "\(self)".split(separator: "\n", maxSplits: 1).first.map(String.init) ?? "\(type(of: self))"
  }
}

extension Duration {
  /// In seconds, as people write it.
  fileprivate var secondsText: String {
    let seconds = self / .seconds(1)
    return seconds == seconds.rounded() ? "\(Int(seconds)) s" : "\(seconds) s"
  }
}
