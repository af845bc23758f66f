/// An array to write, in C order.
public struct NPYArray: Hashable, Sendable {
  /// The sizes, outermost first.
  public let shape: [Int]
  let descriptor: String
  let content: [UInt8]

  /// An array of floats of 32 bits.
  ///
  /// The number of values must be the product of `shape`, which writing checks.
  public init(_ values: [Float], shape: [Int]) {
    self.init(shape: shape, descriptor: "<f4", values.map { $0.bitPattern.littleEndian })
  }

  /// An array of floats of 64 bits.
  public init(_ values: [Double], shape: [Int]) {
    self.init(shape: shape, descriptor: "<f8", values.map { $0.bitPattern.littleEndian })
  }

  /// An array of whole numbers of 8 to 64 bits, signed or not.
  public init<Value: FixedWidthInteger & BitwiseCopyable>(_ values: [Value], shape: [Int]) {
    let width = MemoryLayout<Value>.size
    self.init(
      shape: shape, descriptor: "\(width == 1 ? "|" : "<")\(Value.isSigned ? "i" : "u")\(width)",
      values.map(\.littleEndian))
  }

  /// An array of bools.
  public init(_ values: [Bool], shape: [Int]) {
    self.init(shape: shape, descriptor: "|b1", values.map { $0 ? 1 as UInt8 : 0 })
  }

  private init<Stored: BitwiseCopyable>(shape: [Int], descriptor: String, _ values: [Stored]) {
    self.shape = shape
    self.descriptor = descriptor
    content = values.withUnsafeBytes { Array($0) }
  }

  /// The npy file, version 1.0, byte for byte as numpy writes it.
  func file(named name: String) throws(FormatError) -> [UInt8] {
    guard shape.count <= maximumRank,
      let width = descriptor.last?.wholeNumberValue,
      product(shape + [width]) == content.count
    else {
      throw FormatError(
        "cannot be written: an array of sizes \(shape) does not hold \(content.count) bytes",
        in: name)
    }
    let sizes = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array(
      "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }".utf8)
    // numpy leaves room for the first size to grow to 21 digits, then fills up to 64 bytes.
    if let first = shape.first {
      header.append(contentsOf: repeatElement(0x20, count: max(0, 21 - String(first).count)))
    }
    let length = NPYHeader.magic.count + 4 + header.count + 1
    header.append(contentsOf: repeatElement(0x20, count: 64 - length % 64))
    header.append(0x0A)
    let size = withUnsafeBytes(of: UInt16(header.count).littleEndian, Array.init)
    return NPYHeader.magic + [1, 0] + size + header + content
  }
}

/// Writes one array as `numpy.save` does; the file appears whole or not at all.
///
/// - Throws: ``FormatError`` for a shape that does not fit, and what the system refuses.
public func writeNPY(_ array: NPYArray, to path: String) throws {
  try AtomicFile.write(array.file(named: path), to: path)
}

/// Writes arrays by name as `numpy.savez` does, in the order of their names; the file appears whole
/// or not at all.
///
/// The same arrays give the same bytes: the entries are stored, and dated 1980-01-01.
///
/// - Throws: ``FormatError`` for a shape that does not fit, for names that zip cannot keep, beyond
///   4 GiB in all, and what the system refuses.
public func writeNPZ(_ arrays: [String: NPYArray], to path: String) throws {
  var content: [UInt8] = []
  var directory: [UInt8] = []
  func little(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian, Array.init)
  }
  for (name, array) in arrays.sorted(by: { $0.key < $1.key }) {
    let file = try array.file(named: path)
    let name = Array("\(name).npy".utf8)
    guard let nameLength = UInt16(exactly: name.count), let size = UInt32(exactly: file.count),
      let offset = UInt32(exactly: content.count), arrays.count < UInt16.max
    else {
      throw FormatError(
        "cannot be written: it would be larger than 4 GiB, or a name is too long", in: path)
    }
    let checksum = file.withUnsafeBytes { crc32($0) }
    // Version 2.0, names in UTF-8, stored, no time, 1980-01-01.
    var common = little(20 as UInt16) + little(0x0800 as UInt16) + little(0 as UInt16)
    common += little(0 as UInt16) + little(0x21 as UInt16) + little(checksum)
    common += little(size) + little(size) + little(nameLength) + little(0 as UInt16)
    content += Array("PK\u{3}\u{4}".utf8) + common + name + file
    directory += Array("PK\u{1}\u{2}".utf8) + little(20 as UInt16) + common
    directory += [UInt8](repeating: 0, count: 10) + little(offset) + name
  }
  guard let start = UInt32(exactly: content.count), let length = UInt32(exactly: directory.count)
  else { throw FormatError("cannot be written: it would be larger than 4 GiB", in: path) }
  let count = little(UInt16(arrays.count))
  let end = Array("PK\u{5}\u{6}".utf8) + little(0 as UInt32) + count + count
  try AtomicFile.write(
    content + directory + end + little(length) + little(start) + little(0 as UInt16), to: path)
}
