public import Foundation

/// The cache that the Hugging Face tools share: it finds snapshots, and ``HubPull`` fills it.
///
/// Layout: `models--org--name/refs/<branch>` holds a commit, `snapshots/<commit>/` links by the names
/// of the files, `blobs/` their contents by checksum.
/// Source: https://huggingface.co/docs/huggingface_hub/guides/manage-cache.
public struct HubCache: Sendable {
  /// The directory of the cache.
  public let directory: String

  /// A cache at a place of its own.
  public init(directory: String) { self.directory = directory }

  /// The cache that the environment names: `HF_HUB_CACHE`, else `hub` inside `HF_HOME`, else
  /// inside the user's cache directory.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let home = environment["HOME"] ?? "."
    func path(_ name: String) -> String? {
      guard let value = environment[name], !value.isEmpty else { return nil }
      return value == "~" || value.hasPrefix("~/") ? home + value.dropFirst() : value
    }
    directory =
      path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE")
      ?? path("HF_HOME").map { $0 + "/hub" }
      ?? (path("XDG_CACHE_HOME") ?? home + "/.cache") + "/huggingface/hub"
  }

  /// The directory with the files of one revision.
  ///
  /// - Throws: ``FormatError`` when it is not in the cache, with the command that fetches it.
  public func snapshot(of reference: HubReference) throws(FormatError) -> String {
    let repository = "\(directory)/\(reference.folder)"
    guard isDirectory(repository) else {
      throw FormatError(
        "does not hold \(reference.repository)", in: directory,
        hint: "run `\(reference.downloadCommand)`")
    }
    let commit = try commit(of: reference, in: repository)
    let snapshot = "\(repository)/snapshots/\(commit)"
    guard isDirectory(snapshot) else {
      throw FormatError(
        "does not hold revision \(reference.revision) of \(reference.repository)", in: directory,
        hint: "run `\(reference.downloadCommand)`")
    }
    return snapshot
  }

  /// The commit a branch or tag stands for; a commit stands for itself.
  private func commit(
    of reference: HubReference, in repository: String
  ) throws(FormatError) -> String {
    let path = "\(repository)/refs/\(reference.revision)"
    guard isFile(path) else { return reference.revision }
    let bytes = try FileReader(path).read(256)
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(
      in: .whitespacesAndNewlines)
    guard text.utf8.count == 40, text.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit })
    else {
      throw FormatError(
        "does not hold a commit", in: path, hint: "run `\(reference.downloadCommand)` again")
    }
    return text
  }
}
