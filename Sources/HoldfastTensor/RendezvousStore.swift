import CTorch
import Foundation

/// A store of texts by key that the processes of one job share, to meet and to wait for each other.
///
/// This is libtorch's `TCPStore`, as `torch.distributed` uses it: one process, or `torchrun`
/// itself, serves it, all connect. Every call ends within a time limit, with ``TorchError`` of code
/// `timeout` if a key did not appear in time, and `network` if the connection failed.
public final class RendezvousStore {
  /// The address of the store, as `host:port`.
  public let address: String
  private let handle: hf_store
  /// How long a call that needs no other process may take.
  private let limit: Duration

  /// Connects to a store; the process that is its server serves it first.
  ///
  /// - Parameters:
  ///   - limit: how long to try to connect, and how long a call that waits for nobody may take.
  public init(
    host: String, port: UInt16, isServer: Bool, limit: Duration
  ) throws(TorchError) {
    address = "\(host):\(port)"
    self.limit = limit
    var handle: hf_store?
    try check("connect to \(address)", []) {
      hf_store_open(host, port, isServer, limit.milliseconds, &handle)
    }
    guard let handle else {
      throw TorchError(code: .backend, operation: "connect", message: "no store was made")
    }
    self.handle = handle
  }

  deinit { hf_store_release(handle) }

  /// Writes a text under a key, in place of an earlier one.
  public func set(_ key: String, to value: String) throws(TorchError) {
    try check("set \(key)", []) {
      hf_store_set(handle, key, value, value.utf8.count, limit.milliseconds)
    }
  }

  /// The text under a key, which is waited for.
  public func get(_ key: String, within limit: Duration) throws(TorchError) -> String {
    var bytes: UnsafeMutablePointer<CChar>?
    var count = 0
    try check("get \(key)", []) {
      hf_store_get(handle, key, limit.milliseconds, &bytes, &count)
    }
    defer { hf_free(bytes) }
    guard let bytes else { return "" }
    return String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// Adds to the number under a key, 0 at first, and returns the sum.
  @discardableResult
  public func add(_ key: String, _ value: Int) throws(TorchError) -> Int {
    var sum: Int64 = 0
    try check("add to \(key)", []) {
      hf_store_add(handle, key, Int64(value), limit.milliseconds, &sum)
    }
    return Int(sum)
  }

  /// Whether there is something under a key.
  public func contains(_ key: String) throws(TorchError) -> Bool {
    var found = false
    try check("look for \(key)", []) { hf_store_has(handle, key, limit.milliseconds, &found) }
    return found
  }

  /// Waits until there is something under each of the keys.
  public func wait(for keys: [String], within limit: Duration) throws(TorchError) {
    let texts = keys.map { UnsafePointer(strdup($0)) }
    defer { for text in texts { free(UnsafeMutablePointer(mutating: text)) } }
    try check("wait for \(keys.joined(separator: ", "))", []) {
      hf_store_wait(handle, texts, Int32(texts.count), limit.milliseconds)
    }
  }

  /// Removes what is under a key.
  public func remove(_ key: String) throws(TorchError) {
    try check("remove \(key)", []) { hf_store_delete(handle, key, limit.milliseconds) }
  }

  /// Waits until all of `count` processes have come here under the same name.
  ///
  /// Only for processes that come once: one that is started again would be counted twice.
  public func barrier(_ name: String, of count: Int, within limit: Duration) throws(TorchError) {
    if try add("\(name)/arrived", 1) >= count { try set("\(name)/open", to: "") }
    try wait(for: ["\(name)/open"], within: limit)
  }
}

extension Duration {
  /// Whole milliseconds, at least one.
  fileprivate var milliseconds: Int64 {
    max(1, Int64(self / .milliseconds(1)))
  }
}
