public import Foundation

/// A Hugging Face hub, and who asks it.
///
/// Source: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables.
public struct HubEndpoint: Sendable {
  /// The URL of the hub, without a slash at the end.
  public let address: String
  /// The access token; nil for public repositories.
  public let token: String?
  /// Whether the network is off limits.
  public let isOffline: Bool

  /// A hub at a place of its own.
  public init(address: String, token: String? = nil, isOffline: Bool = false) {
    var address = Substring(address)
    while address.hasSuffix("/") { address = address.dropLast() }
    self.address = String(address)
    self.token = token
    self.isOffline = isOffline
  }

  /// The hub that the environment names: `HF_ENDPOINT`, else huggingface.co; the token of `HF_TOKEN`,
  /// else of the file `HF_TOKEN_PATH`, else of `token` in `HF_HOME`; `HF_HUB_OFFLINE`.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func value(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    let caches = value("XDG_CACHE_HOME") ?? (value("HOME") ?? ".") + "/.cache"
    let home = value("HF_HOME") ?? caches + "/huggingface"
    let file = value("HF_TOKEN_PATH") ?? home + "/token"
    let token = value("HF_TOKEN") ?? (try? String(contentsOfFile: file, encoding: .utf8))
    let trimmed = token?.trimmingCharacters(in: .whitespacesAndNewlines)
    self.init(
      address: value("HF_ENDPOINT") ?? "https://huggingface.co",
      token: trimmed.flatMap { $0.isEmpty ? nil : $0 },
      isOffline: ["1", "true", "yes", "on"].contains((value("HF_HUB_OFFLINE") ?? "").lowercased()))
  }

  /// The URL of a revision's list of files.
  func listing(of reference: HubReference) throws(FormatError) -> URL {
    let revision = reference.revision.replacing("/", with: "%2F")
    return try url(
      "api/\(reference.kind.rawValue)s/\(reference.repository)/revision/\(revision)?blobs=true")
  }

  /// The URL of a file's content.
  func content(of file: String, in reference: HubReference, at commit: String)
    throws(FormatError) -> URL
  {
    let path = file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? file
    let kind = reference.kind == .model ? "" : "\(reference.kind.rawValue)s/"
    return try url("\(kind)\(reference.repository)/resolve/\(commit)/\(path)")
  }

  private func url(_ path: String) throws(FormatError) -> URL {
    guard let url = URL(string: "\(address)/\(path)"), url.host() != nil,
      ["http", "https"].contains(url.scheme)
    else {
      throw FormatError(
        "is not the address of a hub", in: address,
        hint: "write HF_ENDPOINT as in https://huggingface.co"
      )
    }
    return url
  }
}
