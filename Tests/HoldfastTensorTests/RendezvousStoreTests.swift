import Foundation
import HoldfastTensor
import HoldfastTestSupport
import Testing

@Suite("The rendezvous store")
struct RendezvousStoreTests {
  /// A client on a thread of its own, as another process would be.
  private func onThread(
    _ port: UInt16, _ body: @escaping @Sendable (RendezvousStore) throws -> Void
  ) -> DispatchSemaphore {
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      do {
        try body(
          RendezvousStore(host: "127.0.0.1", port: port, isServer: false, limit: .seconds(10)))
        done.signal()
      } catch {
        Issue.record(error)
      }
    }
    return done
  }

  @Test("shares texts and numbers between clients, and waits for what is to come")
  func shares() throws {
    let port = try #require(freePort())
    let server = try RendezvousStore(
      host: "127.0.0.1", port: port, isServer: true, limit: .seconds(10))
    let done = onThread(port) { client in
      #expect(try client.get("from server", within: .seconds(10)) == "grüße\n0")
      Thread.sleep(forTimeInterval: 0.2)
      try client.set("from client", to: "")
      try client.add("sum", 3)
    }
    try server.set("from server", to: "grüße\n0")
    #expect(try server.get("from client", within: .seconds(10)) == "")
    #expect(done.wait(timeout: .now() + 10) == .success)
    #expect(try server.add("sum", 4) == 7)
    #expect(try server.contains("sum"))
    try server.remove("sum")
    #expect(try !server.contains("sum"))
  }

  @Test("holds processes at a barrier until all have come")
  func barrier() throws {
    let port = try #require(freePort())
    let server = try RendezvousStore(
      host: "127.0.0.1", port: port, isServer: true, limit: .seconds(10))
    let error = try #require(throws: TorchError.self) {
      try server.barrier("early", of: 2, within: .milliseconds(200))
    }
    #expect(error.code == .timeout)
    let others = (0..<2).map { _ in
      onThread(port) { try $0.barrier("all", of: 3, within: .seconds(10)) }
    }
    Thread.sleep(forTimeInterval: 0.2)
    #expect(others[0].wait(timeout: .now()) == .timedOut)
    try server.barrier("all", of: 3, within: .seconds(10))
    for other in others { #expect(other.wait(timeout: .now() + 10) == .success) }
  }

  @Test("gives up in time, says so, and can be used again")
  func limits() throws {
    let port = try #require(freePort())
    let clock = ContinuousClock()
    let took = try clock.measure {
      let error = try #require(throws: TorchError.self) {
        _ = try RendezvousStore(
          host: "127.0.0.1", port: port, isServer: false, limit: .milliseconds(500))
      }
      #expect(error.code == .timeout || error.code == .network, "\(error)")
    }
    #expect(took < .seconds(8))
    let server = try RendezvousStore(
      host: "127.0.0.1", port: port, isServer: true, limit: .seconds(10))
    let late = try #require(throws: TorchError.self) {
      _ = try server.get("never", within: .milliseconds(200))
    }
    #expect(late.code == .timeout)
    try server.set("never", to: "now")
    #expect(try server.get("never", within: .seconds(1)) == "now")
  }

  @Test("says when its server is gone")
  func lostServer() throws {
    let port = try #require(freePort())
    var server: RendezvousStore? = try RendezvousStore(
      host: "127.0.0.1", port: port, isServer: true, limit: .seconds(10))
    let client = try RendezvousStore(
      host: "127.0.0.1", port: port, isServer: false, limit: .seconds(2))
    try client.set("a", to: "b")
    _ = try server?.contains("a")
    server = nil
    let error = try #require(throws: TorchError.self) { _ = try client.contains("a") }
    #expect(error.code == .network, "\(error)")
  }
}
