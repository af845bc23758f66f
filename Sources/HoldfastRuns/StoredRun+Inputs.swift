import HoldfastFormats
import HoldfastRecords

extension StoredRun {
  /// What identifies the data that was audited: SHA-256 over the id and the input's checksum of each finished
  /// sample, in the order of the ids.
  public func inputDigest() throws -> (samples: Int, sha256: String) {
    var lines: [String] = []
    try visit { lines.append("\($0.id)\t\($0.input)\n") }
    return (lines.count, Checksum.sha256(of: Array(lines.sorted().joined().utf8)))
  }
}
