import Foundation
import HoldfastFormats

/// The hub of Servers/hub.py, for as long as this value lives.
final class HubServer {
  /// What one request said.
  struct Request: Decodable {
    let path: String
    let host: String
    let range: String?
    let authorization: String?
  }

  static let commit = "0123456789abcdef0123456789abcdef01234567"

  let address: String
  private let process = Process()
  private let log: URL

  /// A hub that serves a folder and misbehaves as `plan` says.
  init(_ folder: String, plan: String = "{}") throws {
    log = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-hub-\(UUID().uuidString)")
    try Data().write(to: log)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Servers/hub.py").path
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", script, folder, plan]
    process.standardOutput = try FileHandle(forWritingTo: log)
    process.standardError = FileHandle.nullDevice
    try process.run()
    var port: Substring = ""
    let clock = ContinuousClock()
    let end = clock.now + .seconds(20)
    while port.isEmpty, clock.now < end {
      Thread.sleep(forTimeInterval: 0.02)
      let text = try String(contentsOf: log, encoding: .utf8)
      if text.contains("\n") { port = text.prefix { $0 != "\n" } }
    }
    address = "http://127.0.0.1:\(port)"
  }

  deinit {
    // The server inherits which signals are blocked, so that a gentler one may not reach it.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: log)
  }

  /// What was asked so far, in order.
  var requests: [Request] {
    get throws {
      try String(contentsOf: log, encoding: .utf8).split(separator: "\n").dropFirst().map {
        try JSONDecoder().decode(Request.self, from: Data($0.utf8))
      }
    }
  }

  /// A pull from it that does not wait long.
  func pull(into cache: String, token: String? = nil, attempts: Int = 4) -> HubPull {
    HubPull(
      into: HubCache(directory: cache), from: HubEndpoint(address: address, token: token),
      attempts: attempts, pause: 0.01, patience: 10)
  }
}
