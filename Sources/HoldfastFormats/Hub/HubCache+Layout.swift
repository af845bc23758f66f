import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// The folders and files of one repository in a cache, and how they are put there.
struct HubRepository {
  let cache: HubCache
  let reference: HubReference

  private var root: String { "\(cache.directory)/\(reference.folder)" }

  /// The content of that checksum.
  func blob(_ checksum: String) -> String { "\(root)/blobs/\(checksum)" }

  /// The content of that checksum while it comes in.
  func incomplete(_ checksum: String) -> String { "\(blob(checksum)).incomplete" }

  /// The files of a commit.
  func snapshot(_ commit: String) -> String { "\(root)/snapshots/\(commit)" }

  /// What is locked while a content comes in, also by Hugging Face's own tools.
  func lock(_ checksum: String) -> String {
    "\(cache.directory)/.locks/\(reference.folder)/\(checksum).lock"
  }

  /// Makes the folder that a path lies in.
  func makeFolder(of path: String) throws(FormatError) {
    let folder = (path as NSString).deletingLastPathComponent
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        "cannot be made: \(error.localizedDescription)", in: folder,
        hint: "HF_HUB_CACHE names another place for the cache")
    }
  }

  /// Gives a content its name in a commit, by a link that stays right when the cache is moved.
  func link(_ file: HubListing.File, at commit: String) throws(FormatError) {
    let path = "\(snapshot(commit))/\(file.name)"
    let ups = String(repeating: "../", count: file.name.split(separator: "/").count + 1)
    let target = "\(ups)blobs/\(file.checksum)"
    if (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) == target { return }
    try makeFolder(of: path)
    let temporary = "\(path).\(UUID().uuidString).tmp"
    guard symlink(target, temporary) == 0, rename(temporary, path) == 0 else {
      let error = FormatError.system("link the file", file: path)
      unlink(temporary)
      throw error
    }
  }

  /// Says which commit a branch or tag stands for; a commit stands for itself.
  func name(_ commit: String) throws {
    guard reference.revision != commit else { return }
    let path = "\(root)/refs/\(reference.revision)"
    try makeFolder(of: path)
    try AtomicFile.write(commit, to: path)
  }

  /// The free bytes on the cache's disk; nil if the system does not say.
  func freeBytes() -> Int? {
    var status = statvfs()
    guard statvfs(cache.directory, &status) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: UInt64(status.f_bavail))
      .multipliedReportingOverflow(by: Int(clamping: UInt64(status.f_frsize)))
    return overflow ? nil : bytes
  }
}
