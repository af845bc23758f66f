/// The first part of an npy file.
///
/// Source: numpy's format description, `numpy.lib.format`, versions 1.0 to 3.0.
struct NPYHeader {
  let layout: NPYLayout
  let shape: [Int]
  /// Whether the first axis runs fastest.
  let isFortran: Bool
  /// The offset of the first element.
  let start: Int
  /// Elements, all of which are there.
  let count: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let maximumHeader = 1 << 16

  /// Reads the header and checks that exactly the elements follow that it announces.
  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(FormatError) {
    var cursor = ByteCursor(bytes, file: file)
    guard bytes.starts(with: Self.magic) else {
      throw FormatError("is not an npy file", in: file, hint: "one is made by numpy.save")
    }
    _ = try cursor.take(Self.magic.count)
    let major = try cursor.integer(UInt8.self)
    let minor = try cursor.integer(UInt8.self)
    guard (1...3).contains(major), minor == 0 else {
      throw FormatError("is of version \(major).\(minor) of the npy format", in: file)
    }
    let length =
      major == 1 ? Int(try cursor.integer(UInt16.self)) : Int(try cursor.integer(UInt32.self))
    guard length <= Self.maximumHeader else {
      throw FormatError("has a header of \(length) bytes", in: file)
    }
    let text = try cursor.take(length)
    start = cursor.position
    guard case .dictionary(let pairs)? = PythonLiteral(text) else {
      throw FormatError("has a header that is not a dictionary of plain values", in: file)
    }
    guard Set(pairs.map(\.key)) == ["descr", "fortran_order", "shape"], pairs.count == 3 else {
      throw FormatError(
        "has a header with other keys than descr, fortran_order and shape", in: file)
    }
    let values = Dictionary(pairs.map { ($0.key, $0.value) }, uniquingKeysWith: { one, _ in one })
    guard case .bool(let isFortran)? = values["fortran_order"],
      case .tuple(let sizes)? = values["shape"], let descriptor = values["descr"]
    else { throw FormatError("has a header whose values are of the wrong kind", in: file) }
    layout = try NPYLayout(descriptor, file: file)
    var shape: [Int] = []
    for size in sizes {
      guard case .integer(let size) = size, shape.count < maximumRank else {
        throw FormatError("has a shape that is not a list of at most 8 sizes", in: file)
      }
      shape.append(size)
    }
    self.shape = shape
    self.isFortran = isFortran
    guard let count = product(shape), let size = product(shape + [layout.stride]) else {
      throw FormatError("has the absurd shape \(shape)", in: file)
    }
    guard size == cursor.remaining, count <= max(cursor.remaining, 0) else {
      throw FormatError(
        "has \(cursor.remaining) bytes of elements, but the shape \(shape) needs \(size)", in: file,
        hint: size > cursor.remaining ? "the file is truncated: fetch it again" : nil)
    }
    self.count = count
  }
}
