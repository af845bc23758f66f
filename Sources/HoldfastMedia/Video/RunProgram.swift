import Foundation
import Synchronization

/// Why a program did not run to its end.
enum ProgramFailure: Error {
  /// It is not there, or cannot be started.
  case missing
  /// It took too long and was stopped.
  case timedOut
  /// It said more than was wanted and was stopped.
  case unwanted
}

/// How a program ended.
struct ProgramEnd {
  /// Its exit status; of one that a signal ended, the signal's negative.
  let status: Int32
  /// The start of what it wrote about itself.
  let message: String
}

/// Runs a program to its end, and hands over what it writes as it comes.
///
/// The program, which is looked for in `PATH`, gets no input. It is stopped when it takes longer than
/// `seconds`, and when `take` returns false. No more than a piece of its output is held here.
func runProgram(
  _ program: String, _ arguments: [String], seconds: Double,
  take: (UnsafeRawBufferPointer) -> Bool
) throws(ProgramFailure) -> ProgramEnd {
  let child = try Child(program, arguments)
  let clock = ContinuousClock()
  let deadline = clock.now + .seconds(min(max(0, seconds), 1e6))
  var message: [UInt8] = []
  var isWanted = true
  while child.isOpen {
    guard clock.now < deadline else { throw .timedOut }
    child.listen { stream, bytes in
      switch stream {
      case .output: isWanted = isWanted && take(bytes)
      case .message: message.append(contentsOf: bytes.prefix(4096 - message.count))
      }
    }
    guard isWanted else { throw .unwanted }
  }
  while true {
    if let status = child.end() {
      return ProgramEnd(status: status, message: String(decoding: message, as: UTF8.self))
    }
    guard clock.now < deadline else { throw .timedOut }
    usleep(500)
  }
}

/// A program that runs; it does not outlive this.
private final class Child {
  enum Stream: Int {
    case output, message
  }

  /// One start at a time, lest another child inherits the ends of these pipes.
  private static let starting = Mutex(())

  private var process: pid_t = 0
  private var isRunning = true
  private var descriptors: [Int32]
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  init(_ program: String, _ arguments: [String]) throws(ProgramFailure) {
    let started = Self.starting.withLock { _ in Self.start(program, arguments) }
    guard let started else { throw .missing }
    (process, descriptors) = started
  }

  deinit {
    for descriptor in descriptors where descriptor >= 0 { close(descriptor) }
    guard isRunning else { return }
    kill(process, SIGKILL)
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0, errno == EINTR {}
  }

  private static func start(_ program: String, _ arguments: [String]) -> (pid_t, [Int32])? {
    var output: [Int32] = [-1, -1]
    var message: [Int32] = [-1, -1]
    guard pipe(&output) == 0 else { return nil }
    guard pipe(&message) == 0 else {
      output.forEach { close($0) }
      return nil
    }
    for descriptor in output + message { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
    let process = spawn(program, arguments, output: output[1], message: message[1])
    close(output[1])
    close(message[1])
    guard let process else {
      close(output[0])
      close(message[0])
      return nil
    }
    return (process, [output[0], message[0]])
  }

  private static func spawn(
    _ program: String, _ arguments: [String], output: Int32, message: Int32
  ) -> pid_t? {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, message, 2)

    let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
    var words = ([program] + arguments).map { strdup($0) } + [nil]
    var settings = environment.map { strdup($0) } + [nil]
    defer { (words + settings).forEach { free($0) } }
    var process: pid_t = 0
    let failure = posix_spawnp(&process, program, &actions, nil, &words, &settings)
    return failure == 0 ? process : nil
  }

  /// Whether it may still write something.
  var isOpen: Bool { descriptors.contains { $0 >= 0 } }

  /// Waits a tenth of a second at most for something that it writes.
  func listen(_ take: (Stream, UnsafeRawBufferPointer) -> Void) {
    var waiting = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&waiting, nfds_t(waiting.count), 100) > 0 else { return }
    for (place, stream) in [Stream.output, .message].enumerated() {
      guard descriptors[place] >= 0, waiting[place].revents != 0 else { continue }
      let count = buffer.withUnsafeMutableBytes { bytes in
        read(descriptors[place], bytes.baseAddress, bytes.count)
      }
      if count > 0 {
        buffer.withUnsafeBytes { take(stream, UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
        close(descriptors[place])
        descriptors[place] = -1
      }
    }
  }

  /// Its exit status, or the negative of the signal that ended it; none while it runs.
  func end() -> Int32? {
    guard isRunning else { return nil }
    var status: Int32 = 0
    guard waitpid(process, &status, WNOHANG) == process else { return nil }
    isRunning = false
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : -signal
  }
}
