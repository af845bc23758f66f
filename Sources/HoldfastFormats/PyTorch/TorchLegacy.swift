extension TorchFile {
  /// How a file of torch.save before 1.6 starts: protocol 2 and the number 0x1950a86a20f9469cfc6c.
  static let legacyMagic: [UInt8] =
    [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]

  /// Reads the layout before 1.6: five pickles (magic number, protocol, machine, object, keys of
  /// the storages), then for each key a 64-bit count and the elements.
  convenience init(legacy map: MappedFile, policy: PicklePolicy) throws(FormatError) {
    let file = map.file
    let (views, storages) = try map.withBytes { (bytes) throws(FormatError) in
      let (root, heap, storages) = try Self.parts(ofLegacy: bytes, file: file, policy: policy)
      let state = try StateDictionary(stateIn: root, heap: heap, file: file)
      return (state.tensors, storages)
    }
    try self.init(map, views: views, storages: storages)
  }

  /// The one storage that a stream of this layout holds, as Python's pickle embeds it, and the
  /// range of its elements in the stream.
  static func storage(
    legacy bytes: UnsafeRawBufferPointer, file: String
  ) throws(FormatError) -> (storage: TorchStorage, range: Range<Int>) {
    guard bytes.starts(with: legacyMagic) else {
      throw FormatError("holds a tensor whose bytes are not those of torch.save", in: file)
    }
    let (root, heap, storages) = try parts(ofLegacy: bytes, file: file, policy: .tensors)
    guard let storage = heap.storage(root), let range = storages[storage.key] else {
      throw FormatError("holds a tensor without elements", in: file)
    }
    return (storage, range)
  }

  /// The object in a stream of this layout, and the ranges of its storages in the stream.
  private static func parts(
    ofLegacy bytes: UnsafeRawBufferPointer, file: String, policy: PicklePolicy
  ) throws(FormatError) -> (root: PickleValue, heap: PickleHeap, storages: [String: Range<Int>]) {
    var position = legacyMagic.count
    func next() throws(FormatError) -> (PickleValue, PickleHeap) {
      var unpickler = Unpickler(ByteCursor(bytes, file: file, at: position), policy: policy)
      let value = try unpickler.read()
      position = unpickler.end
      return (value, unpickler.heap)
    }
    guard case .integer(1001) = try next().0 else {
      throw FormatError("is of an unknown version of torch.save", in: file)
    }
    let (machine, machineHeap) = try next()
    try checkLittleEndian(machine, machineHeap, file: file)
    let (root, heap) = try next()
    let (keys, keyHeap) = try next()
    let found = try storages(
      keyHeap.elements(keys), of: heap, cursor: ByteCursor(bytes, file: file, at: position))
    return (root, heap, found)
  }

  private static func checkLittleEndian(
    _ machine: PickleValue, _ heap: PickleHeap, file: String
  ) throws(FormatError) {
    for (key, value) in heap.pairs(machine) ?? [] {
      guard case .string("little_endian") = key, case .bool(false) = value else { continue }
      throw FormatError("was written on a big-endian machine", in: file, hint: conversionHint(file))
    }
  }

  /// The range of the elements of each storage, in the order of `keys`.
  private static func storages(
    _ keys: [PickleValue]?, of heap: PickleHeap, cursor: ByteCursor
  ) throws(FormatError) -> [String: Range<Int>] {
    var cursor = cursor
    var declared: [String: TorchStorage] = [:]
    for case .storage(let storage) in heap.kinds { declared[storage.key] = storage }
    var ranges: [String: Range<Int>] = [:]
    for key in keys ?? [] {
      guard case .string(let name) = key, let storage = declared[name] else {
        throw FormatError("lists data that none of its tensors uses", in: cursor.file)
      }
      let count = try cursor.integer(UInt64.self)
      guard count == UInt64(storage.count), let size = product([storage.count, storage.type.width])
      else {
        throw FormatError(
          "has \(count) elements, but its tensors announce \(storage.count)", in: cursor.file)
      }
      let start = cursor.position
      _ = try cursor.take(size)
      ranges[name] = start..<cursor.position
    }
    return ranges
  }
}
