extension TorchFile {
  /// Reads the zip layout of torch.save (since 1.6) and of torch.jit.save.
  ///
  /// Under one root folder lie `data.pkl`, which describes the objects, and `data/<key>`, one entry
  /// per storage. A TorchScript archive adds its code, which is not looked at.
  convenience init(archive map: MappedFile, policy: PicklePolicy) throws(FormatError) {
    let file = map.file
    let (views, storages) = try map.withBytes { (bytes) throws(FormatError) in
      let zip = try ZipDirectory(bytes, file: file)
      let root = try Self.root(of: zip, file: file)
      try Self.checkByteOrder(zip[root + "byteorder"], in: bytes, file: file)
      guard let pickle = zip[root + "data.pkl"] else {
        throw FormatError("is a zip archive without data.pkl", in: file)
      }
      let isTorchScript = zip.entries.contains {
        $0.name == root + "constants.pkl" || $0.name.hasPrefix(root + "code/")
      }
      var unpickler = Unpickler(
        ByteCursor(UnsafeRawBufferPointer(rebasing: bytes[pickle.range]), file: file),
        policy: policy, dialect: isTorchScript ? .torchScript : .torchSave)
      let value = try unpickler.read()
      let state =
        isTorchScript
        ? try StateDictionary(moduleIn: value, heap: unpickler.heap, file: file)
        : try StateDictionary(stateIn: value, heap: unpickler.heap, file: file)
      let prefix = root + "data/"
      var storages: [String: Range<Int>] = [:]
      for entry in zip.entries where entry.name.hasPrefix(prefix) {
        storages[String(entry.name.dropFirst(prefix.count))] = entry.range
      }
      return (state.tensors, storages)
    }
    try self.init(map, views: views, storages: storages)
  }

  /// The folder that holds `data.pkl`, with its slash.
  ///
  /// Every entry we read must be stored as it is; the code in TorchScript archives is compressed.
  private static func root(of zip: ZipDirectory, file: String) throws(FormatError) -> String {
    let roots = zip.entries.compactMap { entry -> String? in
      let parts = entry.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[1] == "data.pkl" ? parts[0] + "/" : nil
    }
    guard let root = roots.first, roots.count == 1 else {
      throw FormatError(
        "is a zip archive, but not one of torch.save", in: file,
        hint: "if it contains a checkpoint, unpack it first")
    }
    let read = [root + "data.pkl", root + "byteorder"]
    let packed = zip.entries.first {
      !$0.isStored && (read.contains($0.name) || $0.name.hasPrefix(root + "data/"))
    }
    if let packed {
      throw FormatError(
        "has a compressed entry \(quoted(packed.name)); torch.save never compresses weights",
        in: file, hint: "if somebody zipped the checkpoint again, unpack it first")
    }
    return root
  }

  private static func checkByteOrder(
    _ entry: ZipDirectory.Entry?, in bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) {
    guard let entry, !bytes[entry.range].elementsEqual("little".utf8) else { return }
    throw FormatError("was written on a big-endian machine", in: file, hint: conversionHint(file))
  }
}
