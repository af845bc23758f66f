/// A file of `torch.save` or `torch.jit.save`, read as data: nothing in it runs.
///
/// Tensors that share a storage or look at it through strides are handed out as contiguous copies;
/// the others are lent in place.
public final class TorchFile: TensorSource {
  /// The name of a tensor that was saved alone, without a dictionary around it.
  public static let loneTensor = "tensor"

  /// Whether a file begins as those of torch.save do; other zip archives begin so too.
  public static func isTorch(_ bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: legacyMagic)
  }

  /// The names of all tensors, sorted.
  public let names: [String]

  /// Bytes of all storages, those that several tensors share counted once.
  public let storageByteCount: Int

  private let map: MappedFile
  private let views: [String: TorchView]
  private let storages: [String: Range<Int>]

  /// Opens the file at `path`, in whichever of the three layouts it is.
  ///
  /// - Throws: ``FormatError`` for damage, and for everything that is not weights.
  public convenience init(_ path: String, policy: PicklePolicy = .tensors) throws(FormatError) {
    try self.init(in: MappedFile(path), policy: policy)
  }

  /// Opens a file that is already in memory.
  ///
  /// - Throws: ``FormatError`` for damage, and for everything that is not weights.
  public convenience init(in map: MappedFile, policy: PicklePolicy = .tensors) throws(FormatError) {
    if map.withBytes({ $0.starts(with: Self.legacyMagic) }) {
      try self.init(legacy: map, policy: policy)
    } else {
      try self.init(archive: map, policy: policy)
    }
  }

  /// Gathers what a reader of one layout found, and checks each storage against its bytes.
  init(
    _ map: MappedFile, views: [String: TorchView], storages: [String: Range<Int>]
  ) throws(FormatError) {
    var byteCounts: [String: Int] = [:]
    for (name, view) in views {
      let storage = view.storage
      guard let range = storages[storage.key] else {
        throw FormatError(
          "lacks the data \(quoted(storage.key)) of the tensor \(quoted(name))", in: map.file,
          hint: "the file is damaged: fetch it again")
      }
      guard product([storage.count, storage.type.width]) == range.count else {
        throw FormatError(
          "has \(range.count) bytes for the tensor \(quoted(name)), whose storage announces "
            + "\(storage.count) elements of \(storage.type.width) bytes", in: map.file)
      }
      byteCounts[storage.key] = range.count
      guard Self.isReasonable(view) else {
        throw FormatError(
          "expands the tensor \(quoted(name)) to \(view.shape) from \(storage.count) elements",
          in: map.file, hint: "save a contiguous copy of it")
      }
    }
    self.map = map
    self.views = views
    self.storages = storages
    names = views.keys.sorted()
    storageByteCount = byteCounts.values.reduce(0, +)
  }

  /// The path of the file.
  public var file: String { map.file }

  /// The type and shape of one tensor.
  public func entry(for name: String) throws(FormatError) -> TensorEntry {
    guard let view = views[name] else { throw missing(name) }
    return view.entry
  }

  /// Lends the elements of one tensor, without a copy if they lie in order.
  public func withBytes<Result>(
    of name: String, _ body: (UnsafeRawBufferPointer) throws -> Result
  ) throws -> Result {
    guard let view = views[name], let range = storages[view.storage.key],
      let byteCount = view.entry.byteCount
    else { throw missing(name) }
    let width = view.storage.type.width
    return try map.withBytes(in: range) { bytes in
      if view.isContiguous {
        let start = view.offset * width
        let elements = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + byteCount)])
        return try withAlignedBytes(elements, to: width, body)
      }
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: byteCount, alignment: width)
      defer { copy.deallocate() }
      if let target = copy.baseAddress { view.gather(from: bytes, to: target) }
      return try body(UnsafeRawBufferPointer(copy))
    }
  }

  /// A view through strides of zero may repeat its elements, but not into the absurd.
  private static func isReasonable(_ view: TorchView) -> Bool {
    guard let byteCount = view.entry.byteCount else { return false }
    return byteCount <= max(1 << 26, view.storage.count * view.storage.type.width)
  }
}
