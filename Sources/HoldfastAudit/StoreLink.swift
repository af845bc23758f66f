import Foundation
import HoldfastTensor
import Synchronization

/// A connection to the job's store that comes back after it broke off.
///
/// It then repeats what it has stored, because a restarted server has lost it.
final class StoreLink {
  /// What a process has told the store, by key; its links share it.
  typealias Standing = Mutex<[String: String]>

  private let environment: RankEnvironment
  private let standing: Box
  private let patience: Duration
  /// The store that this process serves, which must outlive every broken connection.
  private let server: RendezvousStore?
  private var store: RendezvousStore?

  /// A reference to what links of one process share.
  final class Box: Sendable {
    let texts = Standing([:])
  }

  /// A link that tries again for as long as `patience`.
  ///
  /// - Parameter isServer: whether it serves the store, which it then does from the beginning.
  init(
    _ environment: RankEnvironment, standing: Box, patience: Duration, isServer: Bool = false
  ) throws(TorchError) {
    self.environment = environment
    self.standing = standing
    self.patience = patience
    server = isServer ? try Self.open(environment, isServer: true, limit: patience) : nil
    store = server
  }

  private static func open(
    _ environment: RankEnvironment, isServer: Bool, limit: Duration
  ) throws(TorchError) -> RendezvousStore {
    try RendezvousStore(
      host: environment.host, port: environment.port, isServer: isServer, limit: limit)
  }

  /// Asks the store, connecting first if there is no connection, until `patience` has passed.
  func ask<Answer>(
    _ body: (RendezvousStore) throws(TorchError) -> Answer
  ) throws(TorchError) -> Answer {
    let clock = ContinuousClock()
    let end = clock.now + patience
    while true {
      do {
        return try body(try connected(within: max(end - clock.now, .milliseconds(200))))
      } catch  where error.code == .network || error.code == .timeout {
        store = nil
        guard clock.now < end else { throw error }
        Thread.sleep(forTimeInterval: 0.2)
      }
    }
  }

  /// Tells the store, and remembers it.
  func tell(_ key: String, _ value: String) throws(TorchError) {
    standing.texts.withLock { $0[key] = value }
    try ask { (store) throws(TorchError) in try store.set(key, to: value) }
  }

  /// Removes a key from the store.
  func forget(_ key: String) throws(TorchError) {
    standing.texts.withLock { $0[key] = nil }
    try ask { (store) throws(TorchError) in try store.remove(key) }
  }

  private func connected(within limit: Duration) throws(TorchError) -> RendezvousStore {
    if let store { return store }
    let fresh = try Self.open(environment, isServer: false, limit: min(limit, .seconds(10)))
    let texts = standing.texts.withLock { $0 }
    for (key, value) in texts { try fresh.set(key, to: value) }
    store = fresh
    return fresh
  }
}
