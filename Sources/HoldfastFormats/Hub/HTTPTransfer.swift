import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Takes the content of an answer, piece by piece, in order.
protocol HTTPSink: AnyObject, Sendable {
  /// Looks at the head of an answer; whether its content is wanted.
  func begin(_ answer: HTTPURLResponse) throws -> Bool
  /// Takes the next bytes.
  func take(_ bytes: Data) throws
}

/// One HTTP GET that is waited for.
///
/// A redirect is followed, but whoever it leads to learns no token unless it is the host that was
/// asked, and none leads from an encrypted connection to one that is not.
final class HTTPTransfer: NSObject, URLSessionDataDelegate, @unchecked Sendable {
  // All state below is touched only on the session's queue, and after `done` by the waiting thread.
  private let sink: any HTTPSink
  private let headers: [String: String]
  private let token: String?
  private let done = DispatchSemaphore(value: 0)
  private var answer: HTTPURLResponse?
  private var failure: (any Error)?
  private var redirects = 0
  private var isWanted = false

  private init(_ sink: any HTTPSink, _ headers: [String: String], _ token: String?) {
    self.sink = sink
    self.headers = headers
    self.token = token
  }

  /// Gets `url`, and returns the head of the answer once all of it has gone to `sink`.
  ///
  /// - Parameter patience: how long nothing may come, in seconds.
  /// - Throws: `URLError`, and what the sink throws.
  static func get(
    _ url: URL, headers: [String: String] = [:], token: String?, patience: Double,
    into sink: any HTTPSink
  ) throws -> HTTPURLResponse {
    let settings = URLSessionConfiguration.ephemeral
    settings.timeoutIntervalForRequest = patience
    settings.urlCache = nil
    settings.httpShouldSetCookies = false
    let queue = OperationQueue()
    queue.maxConcurrentOperationCount = 1
    let transfer = HTTPTransfer(sink, headers, token)
    let session = URLSession(configuration: settings, delegate: transfer, delegateQueue: queue)
    defer { session.finishTasksAndInvalidate() }
    session.dataTask(with: transfer.request(for: url, isTold: true)).resume()
    transfer.done.wait()
    if let failure = transfer.failure { throw failure }
    guard let answer = transfer.answer else { throw URLError(.badServerResponse) }
    return answer
  }

  private func request(for url: URL, isTold: Bool) -> URLRequest {
    var request = URLRequest(url: url)
    // What is counted in bytes must come as it is.
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    request.setValue("holdfast", forHTTPHeaderField: "User-Agent")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    if isTold, let token {
      request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
    }
    return request
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask,
    willPerformHTTPRedirection response: HTTPURLResponse, newRequest request: URLRequest,
    completionHandler: @escaping @Sendable (URLRequest?) -> Void
  ) {
    redirects += 1
    guard let next = request.url, let first = task.originalRequest?.url, redirects <= 10,
      next.scheme == "https" || first.scheme == "http" && next.scheme == "http"
    else {
      failure = URLError(redirects > 10 ? .httpTooManyRedirects : .redirectToNonExistentLocation)
      completionHandler(nil)
      return task.cancel()
    }
    let isSame =
      next.host()?.lowercased() == first.host()?.lowercased() && next.port == first.port
      && next.scheme == first.scheme
    completionHandler(self.request(for: next, isTold: isSame))
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
  ) {
    let head = response as? HTTPURLResponse
    answer = head
    do {
      isWanted = try head.map(sink.begin) ?? false
      completionHandler(isWanted ? .allow : .cancel)
    } catch {
      failure = failure ?? error
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    // Some of what is not wanted may come all the same before the cancellation does.
    guard isWanted, failure == nil else { return }
    do {
      try sink.take(data)
    } catch {
      failure = error
      dataTask.cancel()
    }
  }

  func urlSession(
    _ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?
  ) {
    // Cancelling is how an answer that is not wanted ends.
    let isCancelled = (error as? URLError)?.code == .cancelled && answer != nil
    if failure == nil, !isCancelled { failure = error }
    done.signal()
  }
}

/// Keeps an answer in memory, up to a limit.
final class MemorySink: HTTPSink, @unchecked Sendable {
  private(set) var bytes = Data()
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  func begin(_ answer: HTTPURLResponse) throws -> Bool { answer.statusCode == 200 }

  func take(_ piece: Data) throws {
    guard bytes.count + piece.count <= limit else { throw URLError(.dataLengthExceedsMaximum) }
    bytes += piece
  }
}
