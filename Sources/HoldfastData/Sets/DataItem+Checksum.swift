import Foundation
import HoldfastFormats
import HoldfastMedia

extension DataItem {
  /// SHA-256 of what the sample is made of: of its file, or of the names and files of a folder of frames;
  /// nil for a sample that is generated.
  ///
  /// Costs one reading of the file, about a second per gigabyte, which is far less than decoding it.
  ///
  /// - Throws: `FormatError` for a file that cannot be read.
  public func checksum() throws -> String? {
    switch content {
    case .medium: return nil
    case .bytes(let bytes, _): return Checksum.sha256(of: bytes)
    case .file(let path): return try Self.checksum(ofFileOrFolder: path)
    }
  }

  private static func checksum(ofFileOrFolder path: String) throws -> String {
    guard isFolder(path) else { return try Checksum.sha256(ofFileAt: path) }
    let lines = try contents(of: path).filter { !isFolder("\(path)/\($0)") }.map { name in
      "\(name)\t\(try Checksum.sha256(ofFileAt: "\(path)/\(name)"))\n"
    }
    return Checksum.sha256(of: Array(lines.joined().utf8))
  }
}
