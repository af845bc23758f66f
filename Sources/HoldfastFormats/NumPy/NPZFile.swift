/// Several arrays by name, as `numpy.savez` and `numpy.savez_compressed` write them: a zip archive of
/// npy files.
///
/// Opening reads the directory alone; an array is unpacked when it is asked for. What an array
/// unpacks to is bounded before memory is taken for it, and its CRC-32 is checked.
public final class NPZFile: Sendable {
  /// The path, or what the bytes are called.
  public let file: String

  /// The names of the arrays, sorted, without `.npy`.
  public let names: [String]

  /// The largest size in bytes that an array may unpack to.
  public let arrayLimit: Int

  private let map: MappedFile
  private let entries: [String: ZipDirectory.Entry]

  /// Opens the file at `path`.
  ///
  /// - Throws: ``FormatError`` when it is not a zip archive, or a damaged one.
  public convenience init(_ path: String, arrayLimit: Int = 1 << 30) throws(FormatError) {
    try self.init(in: MappedFile(path), arrayLimit: arrayLimit)
  }

  /// Opens a file that is already in memory.
  ///
  /// - Throws: ``FormatError`` as for a path.
  public init(in map: MappedFile, arrayLimit: Int = 1 << 30) throws(FormatError) {
    let zip = try map.withBytes { (bytes) throws(FormatError) in
      guard bytes.starts(with: Self.magic) || bytes.starts(with: Self.emptyMagic) else {
        throw FormatError("is not an npz file", in: map.file, hint: "one is made by numpy.savez")
      }
      return try ZipDirectory(bytes, file: map.file)
    }
    var entries: [String: ZipDirectory.Entry] = [:]
    for entry in zip.entries where entry.name.hasSuffix(".npy") {
      entries[String(entry.name.dropLast(4))] = entry
    }
    file = map.file
    names = entries.keys.sorted()
    self.map = map
    self.entries = entries
    self.arrayLimit = arrayLimit
  }

  private static let magic: [UInt8] = [0x50, 0x4B, 0x03, 0x04]
  private static let emptyMagic: [UInt8] = [0x50, 0x4B, 0x05, 0x06]

  /// Whether a file begins as zip archives do.
  public static func isNPZ(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: magic)
  }

  /// One array.
  ///
  /// - Throws: ``FormatError`` for a name that is not there, an array beyond ``arrayLimit``, damage,
  ///   and whatever ``NPYFile`` refuses.
  public func array(_ name: String) throws(FormatError) -> NPYFile {
    guard let entry = entries[name] else {
      let known = names.prefix(8).map { quoted($0, limit: 40) }.joined(separator: ", ")
      throw FormatError(
        "has no array \(quoted(name))", in: file,
        hint: names.isEmpty ? "it holds no arrays" : "its arrays are \(known)")
    }
    let what = "the array \(quoted(name))"
    let label = "\(file)[\(name)]"
    guard let size = Int(exactly: entry.contentSize), size <= arrayLimit else {
      throw FormatError(
        "has \(what) of \(entry.contentSize) bytes, more than the limit of \(arrayLimit)",
        in: file)
    }
    guard entry.isStored || entry.isDeflated else {
      throw FormatError(
        "has \(what) packed in a way that numpy does not write", in: file,
        hint: "numpy.savez and numpy.savez_compressed store or deflate")
    }
    let unpacked = try map.withBytes(in: entry.range) {
      (bytes) throws(FormatError) -> MappedFile? in
      guard entry.isDeflated else {
        try check(crc32(bytes), of: entry, what)
        return nil
      }
      let content = try inflateRaw(bytes, size: size, what: what, file: file)
      try check(content.withUnsafeBytes { crc32($0) }, of: entry, what)
      return MappedFile(copying: content, named: label)
    }
    guard let unpacked else { return try NPYFile(in: map, range: entry.range, named: label) }
    return try NPYFile(in: unpacked)
  }

  private func check(
    _ checksum: UInt32, of entry: ZipDirectory.Entry, _ what: String
  ) throws(FormatError) {
    guard checksum == entry.checksum else {
      throw FormatError(
        "has \(what) whose bytes do not give its checksum", in: file,
        hint: "copy or download the file again")
    }
  }
}
