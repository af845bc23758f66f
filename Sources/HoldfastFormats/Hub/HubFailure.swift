import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Why an attempt to fetch something failed, and whether another may succeed.
struct HubFailure {
  let error: FormatError
  let mayPass: Bool
  /// What the server asked to wait, in seconds.
  var retryAfter: Double?

  private init(_ error: FormatError, mayPass: Bool) {
    self.error = error
    self.mayPass = mayPass
  }

  /// The failure behind an error of the network.
  init(_ error: URLError, host: String) {
    let isFinal = [
      .httpTooManyRedirects, .redirectToNonExistentLocation, .dataLengthExceedsMaximum,
      .unsupportedURL, .badURL,
    ].contains(error.code)
    let reason =
      switch error.code {
      case .redirectToNonExistentLocation: "it redirects to an address that must not be followed"
      case .httpTooManyRedirects: "it redirects in a circle"
      case .timedOut: "it does not answer"
      default: error.localizedDescription
      }
    self.init(
      FormatError(
        "the transfer failed: \(reason)", in: host,
        hint: "try again, the pull continues where it ended; HF_ENDPOINT names another hub"),
      mayPass: !isFinal)
  }

  /// What an answer says that did not bring everything.
  init(
    _ answer: HTTPURLResponse, of reference: HubReference, file: String? = nil, hasToken: Bool
  ) {
    let place = file.map { "\(reference): \($0)" } ?? reference.description
    switch answer.statusCode {
    case 401, 403:
      self.init(
        FormatError(
          hasToken
            ? "is closed to this token, or does not exist" : "is private, gated, or does not exist",
          in: place,
          hint: hasToken
            ? "accept its terms on the hub, and check the name and HF_TOKEN"
            : "check the name; for a gated one accept its terms on the hub and set HF_TOKEN"),
        mayPass: false)
    case 404:
      self.init(
        FormatError(
          "does not exist on the hub", in: place, hint: "check the name and the revision"),
        mayPass: false)
    case 200, 206, 416: self = .incomplete(place)
    default:
      let code = answer.statusCode
      self.init(
        FormatError(
          "the hub answers with the status \(code)", in: place,
          hint: "try again later, the pull continues where it ended"),
        mayPass: code == 408 || code == 429 || code >= 500)
      retryAfter = answer.value(forHTTPHeaderField: "Retry-After").flatMap(Double.init)
        .flatMap { $0 >= 0 ? $0 : nil }
    }
  }

  /// An answer that ended early.
  static func incomplete(_ place: String) -> HubFailure {
    HubFailure(
      FormatError(
        "the connection ends before all of it is here", in: place,
        hint: "try again, the pull continues where it ended"), mayPass: true)
  }

  /// A content that is not what the hub says it is.
  static func wrongBytes(_ file: String, _ reference: HubReference) -> HubFailure {
    HubFailure(
      FormatError(
        "what comes does not have the checksum that the hub names", in: "\(reference): \(file)",
        hint: "a proxy or the network changes it; nothing of it was kept"),
      mayPass: true)
  }
}
