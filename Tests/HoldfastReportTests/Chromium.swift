import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A headless Chromium, spoken to over a pipe (Chrome DevTools Protocol).
final class Chromium {
  /// The program: `HOLDFAST_CHROMIUM`, or the first of the usual names on the path; nil where there
  /// is none.
  static let program: String? = {
    let environment = ProcessInfo.processInfo.environment
    if let given = environment["HOLDFAST_CHROMIUM"] { return given }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    let folders = (environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let candidates =
      names.flatMap { name in folders.map { "\($0)/\(name)" } }
      + ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What the page said or did since it was last asked: errors on its console, and addresses that
  /// it fetched.
  private(set) var complaints: [String] = []
  private(set) var requests: [String] = []

  private let process = Process()
  private let folder: URL
  private let (input, output): (Int32, Int32)
  private var buffer: [UInt8] = []
  private var number = 0
  private var session: String?
  private var events: [[String: Any]] = []

  /// Starts a browser with one empty tab.
  init() throws {
    guard let program = Self.program else { throw Failure(description: "there is no Chromium") }
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("holdfast-chromium-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let (toBrowser, fromBrowser) = (
      folder.appendingPathComponent("to").path, folder.appendingPathComponent("from").path
    )
    guard mkfifo(toBrowser, 0o600) == 0, mkfifo(fromBrowser, 0o600) == 0 else {
      throw Failure(description: "no pipes")
    }
    // Both ways, so that neither side waits for the other to open its end.
    input = open(toBrowser, O_RDWR | O_CLOEXEC)
    output = open(fromBrowser, O_RDWR | O_CLOEXEC)
    var arguments = [
      "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu",
      "--disable-dev-shm-usage", "--hide-scrollbars", "--disable-background-networking",
      "--disable-component-update", "--user-data-dir=\(folder.path)/profile",
    ]
    if getuid() == 0 { arguments.append("--no-sandbox") }
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments =
      ["-c", "exec \"$0\" \"${@:3}\" 3<\"$1\" 4>\"$2\"", program, toBrowser, fromBrowser]
      + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let target = try ask("Target.createTarget", ["url": "about:blank"])["targetId"] as? String ?? ""
    session =
      try ask("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"]
      as? String
    for domain in ["Page", "Runtime", "Log", "Network"] { try ask("\(domain).enable") }
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    close(input)
    close(output)
    try? FileManager.default.removeItem(at: folder)
  }

  /// Shows a file at a size, light or dark, as soon as all of it is there.
  func show(_ file: URL, width: Int, height: Int = 900, isDark: Bool) throws {
    (complaints, requests, events) = ([], [], [])
    try ask(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
      ])
    try ask(
      "Emulation.setEmulatedMedia",
      [
        "features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]
      ])
    try ask("Page.navigate", ["url": file.absoluteString])
    let end = Date(timeIntervalSinceNow: 60)
    while !events.contains(where: { $0["method"] as? String == "Page.loadEventFired" }) {
      try take(until: end)
    }
  }

  /// The value of an expression on the page, as JSON has it.
  func value(of expression: String) throws -> Any? {
    let answer = try ask(
      "Runtime.evaluate",
      ["expression": expression, "returnByValue": true, "awaitPromise": true])
    if let wrong = answer["exceptionDetails"] { throw Failure(description: "\(wrong)") }
    return (answer["result"] as? [String: Any])?["value"]
  }

  /// The whole page as a PNG file.
  func screenshot() throws -> Data {
    let answer = try ask(
      "Page.captureScreenshot", ["format": "png", "captureBeyondViewport": true])
    return Data(base64Encoded: answer["data"] as? String ?? "") ?? Data()
  }

  /// The page on paper, as a PDF file.
  func printed() throws -> Data {
    let answer = try ask("Page.printToPDF", ["preferCSSPageSize": false])
    return Data(base64Encoded: answer["data"] as? String ?? "") ?? Data()
  }

  // MARK: The protocol

  /// Asks for something, and waits for the answer.
  @discardableResult
  private func ask(
    _ method: String, _ parameters: [String: Any] = [:]
  ) throws -> [String: Any] {
    number += 1
    var message: [String: Any] = ["id": number, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    var bytes = Array(try JSONSerialization.data(withJSONObject: message)) + [0]
    while !bytes.isEmpty {
      let count = write(input, bytes, bytes.count)
      guard count > 0 else { throw Failure(description: "the browser does not listen") }
      bytes.removeFirst(count)
    }
    let end = Date(timeIntervalSinceNow: 60)
    while true {
      guard let answer = try take(until: end), answer["id"] as? Int == number else { continue }
      if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  /// Takes the next message, and notes what the page says in it.
  @discardableResult
  private func take(until end: Date) throws -> [String: Any]? {
    while true {
      if let stop = buffer.firstIndex(of: 0) {
        let message = Data(buffer[..<stop])
        buffer.removeFirst(stop + 1)
        let object = try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
        note(object)
        return object
      }
      guard end.timeIntervalSinceNow > 0 else { throw Failure(description: "no answer in time") }
      var place = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&place, 1, 500) > 0 else {
        guard process.isRunning else { throw Failure(description: "the browser has ended") }
        continue
      }
      var chunk = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output, &chunk, chunk.count)
      if count > 0 { buffer += chunk[..<count] }
    }
  }

  private func note(_ message: [String: Any]) {
    guard let method = message["method"] as? String,
      let parameters = message["params"] as? [String: Any]
    else { return }
    events.append(message)
    switch method {
    case "Log.entryAdded":
      let entry = parameters["entry"] as? [String: Any] ?? [:]
      complaints.append("\(entry["level"] ?? ""): \(entry["text"] ?? "") \(entry["url"] ?? "")")
    case "Runtime.consoleAPICalled", "Runtime.exceptionThrown":
      complaints.append("\(parameters)")
    case "Network.requestWillBeSent":
      let request = parameters["request"] as? [String: Any] ?? [:]
      requests.append(request["url"] as? String ?? "")
    default: break
    }
  }
}
