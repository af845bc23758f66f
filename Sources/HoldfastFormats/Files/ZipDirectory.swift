/// The list of entries of a zip archive, from its central directory, checked against the file.
///
/// Zip64 is understood. Entries lie inside the file, do not overlap, and have distinct names, or
/// the archive is refused; payloads are not touched.
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.
struct ZipDirectory {
  /// One entry.
  struct Entry {
    let name: String
    /// Whether the payload is the content itself, neither compressed nor encrypted.
    let isStored: Bool
    /// Whether the payload is a raw deflate stream that is not encrypted.
    let isDeflated: Bool
    /// Bytes of the content, as the directory claims.
    let contentSize: UInt64
    /// CRC-32 of the content, as the directory claims.
    let checksum: UInt32
    /// The payload's bytes in the file.
    let range: Range<Int>
  }

  /// All entries, in the order of the file.
  let entries: [Entry]
  private let indexOfName: [String: Int]

  subscript(name: String) -> Entry? { indexOfName[name].map { entries[$0] } }

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FormatError) {
    let end = try ZipEnd(bytes, file: file)
    var cursor = ByteCursor(
      UnsafeRawBufferPointer(rebasing: bytes[..<end.directory.upperBound]), file: file,
      at: end.directory.lowerBound)
    var entries: [Entry] = []
    var indexOfName: [String: Int] = [:]
    var extents: [Range<Int>] = []
    entries.reserveCapacity(end.count)
    for _ in 0..<end.count {
      let record = try ZipRecord(&cursor)
      let range = try record.payload(
        in: bytes, before: end.directory.lowerBound, file: file)
      guard indexOfName.updateValue(entries.count, forKey: record.name) == nil else {
        throw FormatError("holds two entries named \(quoted(record.name))", in: file)
      }
      entries.append(
        Entry(
          name: record.name, isStored: record.isStored, isDeflated: record.isDeflated,
          contentSize: record.contentSize, checksum: record.checksum, range: range))
      extents.append(record.headerOffset..<range.upperBound)
    }
    guard cursor.remaining == 0 else {
      throw FormatError("has a zip directory longer than its entries", in: file)
    }
    extents.sort { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(extents, extents.dropFirst()) where one.upperBound > next.lowerBound {
      throw FormatError("has zip entries that overlap at byte \(next.lowerBound)", in: file)
    }
    self.entries = entries
    self.indexOfName = indexOfName
  }
}

/// The record at the end of an archive that holds the offset of its directory.
private struct ZipEnd {
  let directory: Range<Int>
  let count: Int

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FormatError) {
    guard let position = Self.find(in: bytes) else {
      throw FormatError(
        "has no zip directory at its end", in: file,
        hint: "the file is truncated: fetch it again")
    }
    var cursor = ByteCursor(bytes, file: file, at: position + 4)
    let disks = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    let counts = (try cursor.integer(UInt16.self), try cursor.integer(UInt16.self))
    var size = UInt64(try cursor.integer(UInt32.self))
    var offset = UInt64(try cursor.integer(UInt32.self))
    var count = UInt64(counts.1)
    var limit = position
    var isWhole = disks == (0, 0) && counts.0 == counts.1
    if position >= 20, bytes.starts(with: "PK\u{6}\u{7}", at: position - 20) {
      (limit, count, size, offset) = try Self.wide(bytes, locator: position - 20, file: file)
      isWhole = true
    }
    guard isWhole else { throw FormatError("is one part of a divided zip archive", in: file) }
    guard let start = Int(exactly: offset), let length = Int(exactly: size),
      let end = start.adding(length), end <= limit
    else { throw FormatError("has a zip directory outside of the file", in: file) }
    // The shortest record takes 46 bytes, so a count is checked before anything is allocated.
    guard count <= UInt64(length / 46) else {
      throw FormatError("announces \(count) zip entries in \(length) bytes", in: file)
    }
    directory = start..<end
    self.count = Int(count)
  }

  /// The record is last, followed only by a comment whose length it states.
  private static func find(in bytes: UnsafeRawBufferPointer) -> Int? {
    var position = bytes.count - 22
    let first = max(0, position - Int(UInt16.max))
    while position >= first {
      if bytes.starts(with: "PK\u{5}\u{6}", at: position) {
        let comment = bytes.loadUnaligned(fromByteOffset: position + 20, as: UInt16.self)
        if position + 22 + Int(UInt16(littleEndian: comment)) == bytes.count { return position }
      }
      position -= 1
    }
    return nil
  }

  /// The 64-bit numbers of a Zip64 archive, and the latest offset at which the directory may end.
  private static func wide(
    _ bytes: UnsafeRawBufferPointer, locator: Int, file: String
  ) throws(FormatError) -> (limit: Int, count: UInt64, size: UInt64, offset: UInt64) {
    var cursor = ByteCursor(bytes, file: file, at: locator + 8)
    guard let position = Int(exactly: try cursor.integer(UInt64.self)), position <= locator - 56,
      position >= 0, bytes.starts(with: "PK\u{6}\u{6}", at: position)
    else { throw FormatError("has a Zip64 record outside of the file", in: file) }
    cursor = ByteCursor(bytes, file: file, at: position + 32)
    let count = try cursor.integer(UInt64.self)
    return (
      position, count, try cursor.integer(UInt64.self), try cursor.integer(UInt64.self)
    )
  }
}

/// One record of the central directory.
private struct ZipRecord {
  let name: String
  let isStored: Bool
  let isDeflated: Bool
  let contentSize: UInt64
  let checksum: UInt32
  let headerOffset: Int
  let size: Int

  init(_ cursor: inout ByteCursor) throws(FormatError) {
    let file = cursor.file
    guard try cursor.take(4).elementsEqual("PK\u{1}\u{2}".utf8) else {
      throw FormatError("has a damaged zip directory", in: file)
    }
    _ = try cursor.take(4)
    let flags = try cursor.integer(UInt16.self)
    let method = try cursor.integer(UInt16.self)
    _ = try cursor.take(4)
    checksum = try cursor.integer(UInt32.self)
    var packed = UInt64(try cursor.integer(UInt32.self))
    var unpacked = UInt64(try cursor.integer(UInt32.self))
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    let commentLength = Int(try cursor.integer(UInt16.self))
    _ = try cursor.take(8)
    var offset = UInt64(try cursor.integer(UInt32.self))
    let nameBytes = try cursor.take(nameLength)
    let extra = try cursor.take(extraLength)
    _ = try cursor.take(commentLength)
    guard let name = String(validating: nameBytes, as: UTF8.self) else {
      throw FormatError("has a zip entry whose name is not UTF-8", in: file)
    }
    try Self.widen(&unpacked, &packed, &offset, from: extra, file: file)
    guard let size = Int(exactly: packed), let headerOffset = Int(exactly: offset) else {
      throw FormatError("has a zip entry \(quoted(name)) of absurd size", in: file)
    }
    self.name = name
    self.size = size
    self.headerOffset = headerOffset
    contentSize = unpacked
    isStored = method == 0 && flags & 1 == 0 && packed == unpacked
    isDeflated = method == 8 && flags & 1 == 0
  }

  /// Numbers that are all ones stand in the Zip64 extra field, in this order.
  private static func widen(
    _ unpacked: inout UInt64, _ packed: inout UInt64, _ offset: inout UInt64,
    from extra: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) {
    let narrow = UInt64(UInt32.max)
    guard unpacked == narrow || packed == narrow || offset == narrow else { return }
    var cursor = ByteCursor(extra, file: file)
    while cursor.remaining >= 4 {
      let kind = try cursor.integer(UInt16.self)
      let length = Int(try cursor.integer(UInt16.self))
      var field = ByteCursor(try cursor.take(length), file: file)
      guard kind == 1 else { continue }
      if unpacked == narrow { unpacked = try field.integer() }
      if packed == narrow { packed = try field.integer() }
      if offset == narrow { offset = try field.integer() }
      return
    }
    throw FormatError("lacks the Zip64 field of an entry", in: file)
  }

  /// The payload's bytes in the file.
  ///
  /// The local header may be padded differently, so it is read too.
  func payload(
    in bytes: UnsafeRawBufferPointer, before limit: Int, file: String
  ) throws(FormatError) -> Range<Int> {
    guard headerOffset <= limit else {
      throw FormatError("has a zip entry \(quoted(name)) outside of the file", in: file)
    }
    var cursor = ByteCursor(
      UnsafeRawBufferPointer(rebasing: bytes[..<limit]), file: file, at: headerOffset)
    let signature = try cursor.take(26)
    let nameLength = Int(try cursor.integer(UInt16.self))
    let extraLength = Int(try cursor.integer(UInt16.self))
    let localName = try cursor.take(nameLength)
    _ = try cursor.take(extraLength)
    guard signature.starts(with: "PK\u{3}\u{4}", at: 0), localName.elementsEqual(name.utf8) else {
      throw FormatError("has a zip entry \(quoted(name)) whose two headers differ", in: file)
    }
    let start = cursor.position
    _ = try cursor.take(size)
    return start..<cursor.position
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes of `text` stand at `position`.
  fileprivate func starts(with text: String, at position: Int) -> Bool {
    position >= 0 && position <= count && self[position...].starts(with: text.utf8)
  }
}
