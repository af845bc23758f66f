/// One file inside a tar archive.
public struct TarMember: Sendable {
  /// The path inside the archive.
  public let name: String

  /// The offset of the content in the archive, in bytes.
  public let offset: Int

  /// The content.
  public let bytes: [UInt8]

  /// Bytes of content.
  public var size: Int { bytes.count }
}

/// Where one file lies inside a tar archive.
public struct TarEntry: Hashable, Sendable {
  /// The path inside the archive.
  public let name: String

  /// The offset of the content in the archive, in bytes.
  public let offset: Int

  /// Bytes of content.
  public let size: Int
}

/// The regular files of a tar archive, front to back, one in memory at a time.
///
/// Understands POSIX ustar, PAX (`path`, `size`) and GNU long names. The archive must end with its
/// end marker, so a truncated one is an error and not a smaller data set.
/// Source: POSIX.1-2017, pax; GNU tar manual, "Basic Tar Format".
public struct TarReader: ~Copyable {
  private let input: FileReader
  private let memberLimit: Int
  private var isAtEnd = false
  /// Bytes of the last entry, with its padding, that nobody has read.
  private var unread = 0

  /// Largest extended header (long name, PAX record) accepted.
  static let extensionLimit = 1 << 20

  /// Opens the archive at `path`.
  ///
  /// - Parameters:
  ///   - path: a file or a pipe.
  ///   - memberLimit: size in bytes above which a member is refused.
  ///   - bufferSize: the bytes that are read at once. A small one suits ``nextEntry()``, which
  ///     then seeks over what is larger.
  /// - Throws: ``FormatError`` when it is missing or unreadable.
  public init(
    _ path: String, memberLimit: Int = 1 << 30, bufferSize: Int = 1 << 20
  ) throws(FormatError) {
    input = try FileReader(path, bufferSize: bufferSize)
    self.memberLimit = memberLimit
  }

  /// The path of the archive.
  public var file: String { input.file }

  /// The next regular file; nil after the last.
  ///
  /// - Throws: ``FormatError`` for a bad checksum, an absurd size, or an archive that just stops.
  public mutating func next() throws(FormatError) -> TarMember? {
    guard let entry = try nextEntry() else { return nil }
    return TarMember(name: entry.name, offset: entry.offset, bytes: try contents(of: entry))
  }

  /// Reads the content of the entry that ``nextEntry()`` gave last.
  mutating func contents(of entry: TarEntry) throws(FormatError) -> [UInt8] {
    unread = 0
    return try content(size: entry.size)
  }

  /// Where the next regular file lies, its content not read; nil after the last.
  ///
  /// - Throws: as ``next()``.
  public mutating func nextEntry() throws(FormatError) -> TarEntry? {
    try pass(unread)
    unread = 0
    var longName: String?
    var longSize: Int?
    while !isAtEnd {
      guard let header = try nextHeader() else {
        isAtEnd = true
        break
      }
      let size = longSize ?? header.size
      switch header.kind {
      case "x":
        for (key, value) in try extendedRecords(size: header.size) {
          if key == "path" { longName = value }
          if key == "size" { longSize = try paxSize(value) }
        }
        continue
      case "L":
        let bytes = try content(size: header.size)
        longName = try text(of: Array(bytes.prefix { $0 != 0 }))
        continue
      case "g", "K":
        try pass(padded(header.size))
        continue
      case "0", "7", "\0":
        let name = if let longName { longName } else { try header.name(in: file) }
        // Before POSIX, a directory was a file whose name ends with a slash.
        guard !name.hasSuffix("/") else { break }
        guard size <= memberLimit else {
          throw FormatError(
            "has a member \(quoted(name)) of \(size) bytes, more than \(memberLimit)", in: file)
        }
        unread = padded(size)
        return TarEntry(name: name, offset: input.position, size: size)
      case "1", "2", "3", "4", "5", "6":
        (longName, longSize) = (nil, nil)
        continue
      default: break
      }
      try pass(padded(size))
      (longName, longSize) = (nil, nil)
    }
    return nil
  }

  /// The next header block, or nil at the end marker.
  private func nextHeader() throws(FormatError) -> TarHeader? {
    let start = input.position
    let block = try input.read(512)
    guard block.count == 512 else {
      throw FormatError(
        start == 0
          ? "is too short for a tar archive" : "stops at byte \(start) without an end marker",
        in: file, hint: "the archive is truncated: fetch it again")
    }
    if block.allSatisfy({ $0 == 0 }) { return nil }
    guard let header = TarHeader(block) else {
      throw FormatError(
        "has a damaged header at byte \(start)", in: file,
        hint: start == 0 ? "this is not a tar archive, or it is compressed" : nil)
    }
    return header
  }

  private func padded(_ size: Int) -> Int { size + (512 - size % 512) % 512 }

  /// Reads content and the padding after it.
  private func content(size: Int) throws(FormatError) -> [UInt8] {
    let bytes = try input.read(size)
    guard bytes.count == size else { throw truncated() }
    try pass(padded(size) - size)
    return bytes
  }

  private func pass(_ count: Int) throws(FormatError) {
    guard try input.skip(count) else { throw truncated() }
  }

  private func truncated() -> FormatError {
    FormatError(
      "stops in the middle of a member", in: file,
      hint: "the archive is truncated: fetch it again")
  }

  private func text(of bytes: [UInt8]) throws(FormatError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FormatError("has a member whose name is not UTF-8", in: file)
    }
    return text
  }

  private func paxSize(_ text: String) throws(FormatError) -> Int {
    guard let size = Int(text), size >= 0, size < TarHeader.maximumSize else {
      throw FormatError("has a member of absurd size \(quoted(text))", in: file)
    }
    return size
  }

  /// PAX records: "<length> <key>=<value>\n"; the length counts all of it.
  private func extendedRecords(size: Int) throws(FormatError) -> [(String, String)] {
    guard size <= Self.extensionLimit else {
      throw FormatError("has an extended header of \(size) bytes", in: file)
    }
    var rest = try content(size: size)[...]
    var records: [(String, String)] = []
    while let space = rest.firstIndex(of: UInt8(ascii: " ")), rest.first != 0 {
      guard let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
        length > space - rest.startIndex + 1, length <= rest.count
      else { break }
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { break }
      let key = try text(of: Array(record[..<equals]))
      if key == "path" || key == "size" {
        records.append((key, try text(of: Array(record[(equals + 1)...]))))
      }
      rest = rest.dropFirst(length)
    }
    guard rest.allSatisfy({ $0 == 0 }) else {
      throw FormatError("has a damaged extended header", in: file)
    }
    return records
  }
}
