import Foundation
import HoldfastTensor
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

@Suite("The rendezvous store")
struct RendezvousStoreTests {
  /// A port that was free a moment ago.
  private func freePort() throws -> UInt16 {
    #if canImport(Darwin)
      let kind = SOCK_STREAM
    #else
      let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    let descriptor = socket(AF_INET, kind, 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port: UInt16? = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        guard bind(descriptor, generic, length) == 0,
          getsockname(descriptor, generic, &length) == 0
        else { return nil }
        return pointer.pointee.sin_port.bigEndian
      }
    }
    return try #require(port)
  }

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
    let port = try freePort()
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
    let port = try freePort()
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
    let port = try freePort()
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
    let port = try freePort()
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
