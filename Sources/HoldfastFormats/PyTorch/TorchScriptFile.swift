/// Whether a file is an archive of `torch.jit.save`: PyTorch's zip layout with code in it.
///
/// Nothing in it runs. A folder, a file that is no zip archive, and a damaged one are none.
/// - Throws: ``FormatError`` where the file cannot be read.
public func isTorchScript(at path: String) throws(FormatError) -> Bool {
  guard !isDirectory(path) else { return false }
  return try MappedFile(path).withBytes { (bytes) -> Bool in
    guard bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]),
      let zip = try? ZipDirectory(bytes, file: path)
    else { return false }
    return zip.entries.contains { entry in
      let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[1] == "constants.pkl"
    }
  }
}
