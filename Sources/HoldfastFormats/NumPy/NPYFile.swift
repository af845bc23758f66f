/// An array as numpy saves it, read as data: nothing in it runs.
///
/// Elements are whole numbers of 8 to 64 bits, floats of 16 to 64 bits or bools, little-endian, or
/// records of those. Values come in C order, also if the file keeps them in Fortran order.
public final class NPYFile: Sendable {
  /// The path, or what the bytes are called.
  public let file: String

  /// The sizes of the array, outermost first; empty for a single element.
  public let shape: [Int]

  /// The number of elements.
  public let count: Int

  /// The columns of the records; one without a name if the elements are plain numbers.
  public let fields: [NPYField]

  /// Whether the elements are records.
  public let isRecord: Bool

  private let map: MappedFile
  private let range: Range<Int>
  private let stride: Int
  private let isFortran: Bool

  /// Opens the file at `path`.
  ///
  /// - Throws: ``FormatError`` for damage, Python objects, big-endian numbers and other types.
  public convenience init(_ path: String) throws(FormatError) {
    try self.init(in: MappedFile(path))
  }

  /// Opens a file that is already in memory.
  ///
  /// - Throws: ``FormatError`` as for a path.
  public convenience init(in map: MappedFile) throws(FormatError) {
    try self.init(in: map, range: 0..<map.count, named: map.file)
  }

  init(in map: MappedFile, range: Range<Int>, named name: String) throws(FormatError) {
    let header = try map.withBytes(in: range) { (bytes) throws(FormatError) in
      try NPYHeader(bytes, file: name)
    }
    file = name
    shape = header.shape
    fields = header.layout.fields
    isRecord = header.layout.isRecord
    stride = header.layout.stride
    isFortran = header.isFortran && header.shape.count > 1
    self.map = map
    self.range = (range.lowerBound + header.start)..<range.upperBound
    count = header.count
  }

  /// Whether a file begins as npy files do.
  public static func isNPY(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: NPYHeader.magic)
  }

  /// The elements, or one column of the records, as floats: each the nearest to what is stored.
  ///
  /// - Throws: ``FormatError`` for a column that is not there, and for records without a column.
  public func floats(_ column: String = "") throws(FormatError) -> [Float] {
    let field = try field(column)
    return read(field) { bytes, place in field.type.float(in: bytes, at: place) }
  }

  /// The elements, or one column of the records, as whole numbers.
  ///
  /// - Throws: ``FormatError`` as ``floats(_:)`` does, for numbers beyond 64 bits with a sign, and for
  ///   floats that are not whole.
  public func integers(_ column: String = "") throws(FormatError) -> [Int] {
    let field = try field(column)
    let values = read(field) { bytes, place in field.type.integer(in: bytes, at: place) }
    guard let wrong = values.firstIndex(of: nil) else { return values.compactMap { $0 } }
    throw FormatError(
      "has no whole number of 64 bits at the place \(wrong)\(suffix(column))", in: file)
  }

  private func suffix(_ column: String) -> String {
    column.isEmpty ? "" : " of the column \(quoted(column))"
  }

  private func field(_ name: String) throws(FormatError) -> NPYField {
    if let field = fields.first(where: { $0.name == name }) { return field }
    guard isRecord else { throw FormatError("has no columns, it holds plain numbers", in: file) }
    throw FormatError(
      name.isEmpty ? "holds records, not plain numbers" : "has no column \(quoted(name))", in: file,
      hint: "its columns are \(fields.map { quoted($0.name, limit: 40) }.joined(separator: ", "))")
  }

  /// Every value of a field, in C order.
  private func read<Value>(
    _ field: NPYField, _ load: (UnsafeRawBufferPointer, Int) -> Value
  ) -> [Value] {
    map.withBytes(in: range) { bytes in
      Array(unsafeUninitializedCapacity: count) { buffer, filled in
        var place = field.offset
        var index = [Int](repeating: 0, count: shape.count)
        let strides = isFortran && count > 0 ? self.strides : []
        while filled < count {
          buffer.initializeElement(at: filled, to: load(bytes, place))
          filled += 1
          guard isFortran else {
            place += stride
            continue
          }
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            place += strides[axis]
            if index[axis] < shape[axis] { break }
            place -= strides[axis] * shape[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }

  /// Bytes to step per axis in Fortran's order.
  private var strides: [Int] {
    var strides: [Int] = []
    var step = stride
    for size in shape {
      strides.append(step)
      step *= size
    }
    return strides
  }
}
