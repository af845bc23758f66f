/// Whether a file is an archive of `torch.jit.save`: PyTorch's zip layout with code in it.
///
/// Nothing in it runs. False for a folder, for a file that is not a zip archive, and for a damaged
/// one.
/// - Throws: ``FormatError`` when the file cannot be read.
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
