import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Fetches a model from a Hugging Face hub into the cache that its tools share.
///
/// A content that breaks off is continued where it ended, by this process or a later one. It gets its
/// name only after its checksum was verified, and a revision only after all of its files are there, so
/// whatever ends the process, what the cache shows is whole. Two processes that fetch the same content
/// take turns.
public struct HubPull: Sendable {
  /// The progress of a pull.
  public struct Progress: Sendable, Hashable {
    /// The file that comes in.
    public let file: String
    /// The bytes that are there of all files that are needed.
    public let bytes: Int
    /// The bytes of all of them.
    public let total: Int
  }

  private let cache: HubCache
  private let endpoint: HubEndpoint
  private let attempts: Int
  private let pause: Double
  private let patience: Double

  /// A pull into `cache`.
  ///
  /// - Parameters:
  ///   - attempts: how often in turn a file may fail without a byte of progress.
  ///   - pause: what is waited after the first failure, in seconds; twice that after the next.
  ///   - patience: how long a server may say nothing, in seconds.
  public init(
    into cache: HubCache = HubCache(), from endpoint: HubEndpoint = HubEndpoint(),
    attempts: Int = 6, pause: Double = 1, patience: Double = 30
  ) {
    self.cache = cache
    self.endpoint = endpoint
    self.attempts = max(1, attempts)
    self.pause = pause
    self.patience = patience
  }

  /// Fetches what is missing of a revision, and returns the folder with its files.
  ///
  /// - Parameters:
  ///   - files: further files by their paths; the first of them that are weights take the place of
  ///     those that would be chosen.
  ///   - waiting: called if another process fetches the same file.
  ///   - progress: called as bytes come in, on the thread of the transfer.
  /// - Throws: ``FormatError`` for whatever goes wrong.
  public func run(
    _ reference: HubReference, files: [String] = [], waiting: (String) -> Void = { _ in },
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws -> String {
    guard !endpoint.isOffline else {
      throw FormatError(
        "is not fetched, as HF_HUB_OFFLINE forbids the network", in: reference.description,
        hint: "unset it, or use what the cache holds with --model \(reference.short)")
    }
    let repository = HubRepository(cache: cache, reference: reference)
    let listing = try listing(of: reference)
    let choice = HubChoice(listing: listing, place: reference.description)
    var wanted: [HubListing.File] = []
    for name in files { wanted.append(try choice.file(name)) }
    let namesWeights = files.contains { name in
      weightSuffixes.contains { name.hasSuffix($0) } || name.hasSuffix(".index.json")
    }
    if !namesWeights { wanted.insert(try choice.weights(), at: 0) }
    for file in choice.companions() where !wanted.contains(file) { wanted.append(file) }
    // What an index names is known only once it is here.
    for file in wanted where file.name.hasSuffix(".index.json") {
      try fetch(file, of: repository, at: listing.commit, waiting: waiting) { _ in }
      let shards = try choice.shards(
        ofIndexAt: "\(repository.snapshot(listing.commit))/\(file.name)")
      wanted += shards.filter { !wanted.contains($0) }
    }

    let total = wanted.reduce(0) { $0 + $1.size }
    try checkSpace(for: wanted, in: repository)
    var before = 0
    for file in wanted {
      try fetch(file, of: repository, at: listing.commit, waiting: waiting) { [before] bytes in
        progress(Progress(file: file.name, bytes: before + bytes, total: total))
      }
      before += file.size
    }
    try repository.name(listing.commit)
    return repository.snapshot(listing.commit)
  }

  // MARK: The list

  private func listing(of reference: HubReference) throws -> HubListing {
    let url = try endpoint.listing(of: reference)
    var failures = 0
    while true {
      let sink = MemorySink(limit: 64 << 20)
      let failure: HubFailure
      do {
        let answer = try HTTPTransfer.get(
          url, token: endpoint.token, patience: patience, into: sink)
        if answer.statusCode == 200 { return try HubListing(json: sink.bytes, of: reference) }
        failure = HubFailure(answer, of: reference, hasToken: endpoint.token != nil)
      } catch let error as URLError {
        failure = HubFailure(error, host: url.host() ?? endpoint.address)
      }
      failures += 1
      try wait(after: failure, failures)
    }
  }

  // MARK: A file

  private func fetch(
    _ file: HubListing.File, of repository: HubRepository, at commit: String,
    waiting: (String) -> Void, progress: @escaping @Sendable (Int) -> Void
  ) throws {
    let blob = repository.blob(file.checksum)
    for path in [blob, repository.lock(file.checksum)] { try repository.makeFolder(of: path) }
    let lock = try FileLock.whenFree(repository.lock(file.checksum)) { waiting(file.name) }
    try withExtendedLifetime(lock) {
      if !isWhole(blob, file) {
        try receive(file, of: repository, at: commit, progress: progress)
        let incomplete = repository.incomplete(file.checksum)
        guard rename(incomplete, blob) == 0 else {
          throw FormatError.system("give it its name", file: incomplete)
        }
      }
    }
    progress(file.size)
    try repository.link(file, at: commit)
  }

  /// Whether a content is there; its checksum was verified before it got its name.
  private func isWhole(_ blob: String, _ file: HubListing.File) -> Bool {
    let values = try? FileManager.default.attributesOfItem(atPath: blob)
    return (values?[.size] as? NSNumber)?.intValue == file.size
  }

  /// Receives all of a file, and verifies it.
  private func receive(
    _ file: HubListing.File, of repository: HubRepository, at commit: String,
    progress: @escaping @Sendable (Int) -> Void
  ) throws {
    let path = repository.incomplete(file.checksum)
    let sink = try BlobSink(at: path, size: file.size, progress: progress)
    let url = try endpoint.content(of: file.name, in: repository.reference, at: commit)
    var failures = 0
    var farthest = sink.count
    while true {
      let failure: HubFailure
      do {
        if sink.count < file.size || file.size == 0 {
          let answer = try HTTPTransfer.get(
            url, headers: sink.range, token: endpoint.token, patience: patience, into: sink)
          failure = HubFailure(
            answer, of: repository.reference, file: file.name, hasToken: endpoint.token != nil)
        } else {
          failure = .incomplete(file.name)
        }
      } catch let error as URLError {
        failure = HubFailure(error, host: url.host() ?? endpoint.address)
      }
      if sink.count == file.size {
        try sink.finish()
        if try checksum(of: path, like: file.checksum) == file.checksum { return }
        try sink.empty()
        failures += 1
        try wait(after: .wrongBytes(file.name, repository.reference), failures)
        continue
      }
      // Only what was never reached before is progress, or a server could keep this going for ever.
      failures = sink.count > farthest ? 1 : failures + 1
      farthest = max(farthest, sink.count)
      try wait(after: failure, failures)
    }
  }

  private func checksum(of path: String, like name: String) throws(FormatError) -> String {
    name.utf8.count == 64
      ? try Checksum.sha256(ofFileAt: path) : try Checksum.gitBlob(ofFileAt: path)
  }

  // MARK: Patience

  /// Waits before the next attempt.
  ///
  /// - Throws: ``FormatError`` when it is not worth another try.
  private func wait(after failure: HubFailure, _ failures: Int) throws(FormatError) {
    guard failure.mayPass, failures < attempts else { throw failure.error }
    let usual = min(pause * Double(1 << min(failures - 1, 10)), 60)
    Thread.sleep(forTimeInterval: min(failure.retryAfter ?? usual, 300))
  }

  /// Throws before anything is fetched if the disk is too small.
  private func checkSpace(
    for files: [HubListing.File], in repository: HubRepository
  ) throws(FormatError) {
    let missing = files.filter { !isWhole(repository.blob($0.checksum), $0) }
    let needed = missing.reduce(0) { sum, file in
      let path = repository.incomplete(file.checksum)
      let values = try? FileManager.default.attributesOfItem(atPath: path)
      return sum + max(0, file.size - ((values?[.size] as? NSNumber)?.intValue ?? 0))
    }
    guard needed > 0, let free = repository.freeBytes(), needed > free else { return }
    throw FormatError(
      "has \(Self.bytesText(free)) free, and \(Self.bytesText(needed)) are still to come",
      in: cache.directory, hint: "free some space, or name another place with HF_HUB_CACHE")
  }

  /// A number of bytes as text with a unit, such as `12.5 MB`.
  public static func bytesText(_ bytes: Int) -> String {
    bytes < 1_000_000
      ? String(format: "%.1f kB", Double(bytes) / 1e3)
      : bytes < 1_000_000_000
        ? String(format: "%.1f MB", Double(bytes) / 1e6)
        : String(format: "%.2f GB", Double(bytes) / 1e9)
  }
}
