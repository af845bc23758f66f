/// Reads one pickle as data.
///
/// A stack machine over a fixed set of instructions and a fixed table of names (``PickleGlobal``).
/// It calls nothing, imports nothing, and allocates nothing by a length
/// it has not checked against the bytes that are there.
///
/// Source: CPython's pickletools, protocol 2; PyTorch's torch/_weights_only_unpickler.py for
/// what torch.save writes.
struct Unpickler {
  static let maximumStack = 10_000
  static let maximumObjects = 4_000_000
  static let maximumPickle = 1 << 26

  private var cursor: ByteCursor
  private let policy: PicklePolicy
  private let dialect: PickleDialect
  private(set) var heap = PickleHeap()
  /// The ranges of the storages that were pickled inside, by the keys they were given.
  private(set) var storages: [String: Range<Int>] = [:]
  private var storageValues: [String: PickleValue] = [:]
  private var byteCount = 0
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// A reader of the pickle at the cursor.
  init(_ cursor: ByteCursor, policy: PicklePolicy, dialect: PickleDialect = .torchSave) {
    self.cursor = cursor
    self.policy = policy
    self.dialect = dialect
  }

  /// The first byte after the pickle, once it is read.
  var end: Int { cursor.position }

  /// Runs to the end of the pickle and gives the value it describes.
  mutating func read() throws(FormatError) -> PickleValue {
    let start = cursor.position
    while true {
      guard cursor.position - start - byteCount <= Self.maximumPickle,
        stack.count <= Self.maximumStack,
        heap.size <= Self.maximumObjects
      else {
        throw error("is larger than any checkpoint needs")
      }
      let code = try cursor.integer(UInt8.self)
      guard let instruction = Instruction(rawValue: code) else {
        throw refusal("uses the instruction 0x\(String(code, radix: 16))")
      }
      guard dialect == .plain || !instruction.isPlain else {
        throw refusal("uses the instruction 0x\(String(code, radix: 16))")
      }
      if instruction == .stop { return try pop() }
      try execute(instruction)
    }
  }

  /// The instructions torch.save and torch.jit.save write, and those pickle.dump adds for tensors;
  /// any other is refused.
  private enum Instruction: UInt8 {
    case proto = 0x80
    case stop = 0x2E
    case mark = 0x28
    case emptyDictionary = 0x7D
    case emptyList = 0x5D
    case emptyTuple = 0x29
    case emptySet = 0x8F
    case unicode = 0x58
    case shortString = 0x55
    case global = 0x63
    case reduce = 0x52
    case newObject = 0x81
    case build = 0x62
    case persistentID = 0x51
    case put = 0x71
    case longPut = 0x72
    case get = 0x68
    case longGet = 0x6A
    case int32 = 0x4A
    case uint8 = 0x4B
    case uint16 = 0x4D
    case long = 0x8A
    case float = 0x47
    case none = 0x4E
    case yes = 0x88
    case no = 0x89
    case tuple = 0x74
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case append = 0x61
    case appends = 0x65
    case setItem = 0x73
    case setItems = 0x75
    case bytes = 0x42
    case shortBytes = 0x43
    case longBytes = 0x8E
    case shortUnicode = 0x8C
    case stackGlobal = 0x93
    case memoize = 0x94
    case frame = 0x95

    /// Whether only Python's pickle.dump writes it.
    var isPlain: Bool {
      switch self {
      case .bytes, .shortBytes, .longBytes, .shortUnicode, .stackGlobal, .memoize, .frame: true
      default: false
      }
    }
  }

  private mutating func execute(_ instruction: Instruction) throws(FormatError) {
    switch instruction {
    case .stop: break
    case .proto:
      let version = try cursor.integer(UInt8.self)
      guard (2...(dialect == .plain ? 5 : 3)).contains(version) else {
        throw refusal("is written in pickle protocol \(version)")
      }
    case .mark: marks.append(stack.count)
    case .none: stack.append(.none)
    case .yes: stack.append(.bool(true))
    case .no: stack.append(.bool(false))
    case .int32: stack.append(.integer(Int(try cursor.integer(Int32.self))))
    case .uint8: stack.append(.integer(Int(try cursor.integer(UInt8.self))))
    case .uint16: stack.append(.integer(Int(try cursor.integer(UInt16.self))))
    case .long: stack.append(try longInteger())
    case .float:
      _ = try cursor.take(8)
      stack.append(.float)
    case .unicode:
      stack.append(.string(try text(Int(try cursor.integer(UInt32.self)))))
    case .shortString:
      stack.append(.string(try text(Int(try cursor.integer(UInt8.self)))))
    case .emptyDictionary: stack.append(heap.make(.dictionary))
    case .emptyList: stack.append(heap.make(.list))
    case .emptyTuple: stack.append(heap.make(.tuple))
    case .emptySet: stack.append(heap.make(.set))
    case .tuple: stack.append(heap.make(.tuple, try popToMark()))
    case .tuple1: try makeTuple(1)
    case .tuple2: try makeTuple(2)
    case .tuple3: try makeTuple(3)
    case .append:
      let value = try pop()
      try extendList([value])
    case .appends: try extendList(try popToMark())
    case .setItem:
      let value = try pop()
      let key = try pop()
      try extendDictionary([key, value])
    case .setItems: try extendDictionary(try popToMark())
    case .put: try remember(Int(try cursor.integer(UInt8.self)))
    case .longPut: try remember(Int(try cursor.integer(UInt32.self)))
    case .get: try recall(Int(try cursor.integer(UInt8.self)))
    case .longGet: try recall(Int(try cursor.integer(UInt32.self)))
    case .bytes: stack.append(try bytes(UInt64(cursor.integer(UInt32.self))))
    case .shortBytes: stack.append(try bytes(UInt64(cursor.integer(UInt8.self))))
    case .longBytes: stack.append(try bytes(cursor.integer(UInt64.self)))
    case .shortUnicode:
      stack.append(.string(try text(Int(try cursor.integer(UInt8.self)))))
    case .stackGlobal:
      let (name, module) = (try pop(), try pop())
      guard case .string(let module) = module, case .string(let name) = name else {
        throw error("refers to an object by a key that is not a string")
      }
      stack.append(.global(try global(module, name)))
    case .memoize: try remember(memo.count)
    case .frame: _ = try cursor.take(8)  // how much is worth reading at once
    case .global:
      let module = try cursor.line(limit: 1024)
      stack.append(.global(try global(module, cursor.line(limit: 1024))))
    case .persistentID: stack.append(try storage(try pop()))
    case .reduce, .newObject:
      let arguments = try pop()
      let callee = try pop()
      stack.append(try call(callee, arguments))
    case .build:
      let state = try pop()
      try build(state)
    }
  }

  // MARK: The stack

  private mutating func pop() throws(FormatError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let value = stack.popLast() else {
      throw error("takes more from the stack than is there")
    }
    return value
  }

  private mutating func popToMark() throws(FormatError) -> [PickleValue] {
    guard let mark = marks.popLast() else { throw error("ends a group that never began") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func makeTuple(_ count: Int) throws(FormatError) {
    var values: [PickleValue] = []
    for _ in 0..<count { values.append(try pop()) }
    stack.append(heap.make(.tuple, values.reversed()))
  }

  private func top() throws(FormatError) -> Int {
    guard stack.count > (marks.last ?? 0), case .object(let id)? = stack.last else {
      throw error("fills something that is not a container")
    }
    return id
  }

  private mutating func extendList(_ values: [PickleValue]) throws(FormatError) {
    let id = try top()
    guard case .list = heap.kinds[id] else {
      throw error("appends to something that is not a list")
    }
    heap.append(values, to: id)
  }

  private mutating func extendDictionary(_ values: [PickleValue]) throws(FormatError) {
    let id = try top()
    guard case .dictionary = heap.kinds[id], values.count % 2 == 0 else {
      throw error("sets items of something that is not a dictionary")
    }
    heap.append(values, to: id)
  }

  private mutating func remember(_ index: Int) throws(FormatError) {
    guard stack.count > (marks.last ?? 0), let value = stack.last, memo.count < Self.maximumObjects
    else { throw error("remembers something that is not there") }
    memo[index] = value
  }

  private mutating func recall(_ index: Int) throws(FormatError) {
    guard let value = memo[index] else {
      throw error("recalls something that was never remembered")
    }
    stack.append(value)
  }

  // MARK: Literals

  private mutating func text(_ count: Int) throws(FormatError) -> String {
    guard let text = String(validating: try cursor.take(count), as: UTF8.self) else {
      throw error("holds text that is not UTF-8")
    }
    return text
  }

  private mutating func longInteger() throws(FormatError) -> PickleValue {
    let bytes = Array(try cursor.take(Int(try cursor.integer(UInt8.self))))
    guard bytes.count <= 8 else { return .wideInteger(bytes) }
    let sign: UInt8 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : 0xFF
    let padded = bytes + Array(repeating: sign, count: 8 - bytes.count)
    return .integer(padded.reversed().reduce(0) { $0 << 8 | Int($1) })
  }

  private mutating func bytes(_ count: UInt64) throws(FormatError) -> PickleValue {
    let start = cursor.position
    _ = try cursor.take(Int(clamping: count))
    byteCount += cursor.position - start
    return .bytes(start..<cursor.position)
  }

  private func global(
    _ module: String, _ name: String
  ) throws(FormatError) -> PickleGlobal {
    guard
      let global = PickleGlobal(module: module, name: name, policy: policy, dialect: dialect)
    else { throw refusal("refers to \(quoted("\(module).\(name)"))") }
    return global
  }

  // MARK: Objects

  /// `("storage", type, key, location, count)` and, in old files, a sixth: a view or None.
  private mutating func storage(_ reference: PickleValue) throws(FormatError) -> PickleValue {
    guard let fields = heap.elements(reference), fields.count == 5 || fields.count == 6,
      case .string("storage") = fields[0], case .global(.storage(let type)) = fields[1],
      let key = keyText(fields[2]), case .integer(let count) = fields[4], count >= 0
    else { throw error("refers to a storage in an unknown way") }
    var window = 0..<count
    if fields.count == 6, let view = heap.elements(fields[5]) {
      guard view.count == 3, case .integer(let offset) = view[1],
        case .integer(let length) = view[2], offset >= 0, length >= 0,
        let end = offset.adding(length), end <= count
      else { throw error("has a storage view that reaches outside of its storage") }
      window = offset..<end
    }
    return heap.make(.storage(TorchStorage(key: key, type: type, count: count, window: window)))
  }

  /// A storage that was pickled inside, as a stream of torch.save: read once, however often it is
  /// asked for.
  private mutating func storage(
    inside arguments: [PickleValue]
  ) throws(FormatError) -> PickleValue {
    guard arguments.count == 1, case .bytes(let range) = arguments[0] else {
      throw error("makes a storage of something that is not bytes")
    }
    let key = "bytes at \(range.lowerBound)"
    if let known = storageValues[key] { return known }
    let (inner, place) = try TorchFile.storage(
      legacy: UnsafeRawBufferPointer(rebasing: cursor.bytes[range]), file: cursor.file)
    storages[key] = range.lowerBound + place.lowerBound..<range.lowerBound + place.upperBound
    let value = heap.make(
      .storage(
        TorchStorage(key: key, type: inner.type, count: inner.count, window: inner.window)))
    storageValues[key] = value
    return value
  }

  private func keyText(_ value: PickleValue) -> String? {
    switch value {
    case .string(let key): key
    case .integer(let key): String(key)
    default: nil
    }
  }

  private mutating func call(
    _ callee: PickleValue, _ arguments: PickleValue
  ) throws(FormatError) -> PickleValue {
    guard case .global(let global) = callee, let values = heap.elements(arguments) else {
      throw error("calls something that is not callable")
    }
    switch global {
    case .record: return heap.make(.record)
    case .opaque: return .opaque
    case .set: return heap.make(.set)
    case .orderedDictionary: return try orderedDictionary(values)
    case .rebuildTensor: return try tensor(values)
    case .rebuildParameter, .parameter:
      guard let first = values.first, heap.tensor(first) != nil else {
        throw error("has a parameter without a tensor")
      }
      return first
    case .identity, .size:
      guard let first = values.first else { throw error("calls a function without arguments") }
      return first
    case .loadFromBytes: return try storage(inside: values)
    case .storage: throw refusal("holds a storage inside of the pickle")
    }
  }

  /// Python 2 wrote the items as a list of pairs in the call; Python 3 sets them afterwards.
  private mutating func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws(FormatError) -> PickleValue {
    var items: [PickleValue] = []
    if let first = arguments.first {
      guard let pairs = heap.elements(first) else { throw error("has a damaged OrderedDict") }
      for pair in pairs {
        guard let item = heap.elements(pair), item.count == 2 else {
          throw error("has a damaged OrderedDict")
        }
        items += item
      }
    }
    return heap.make(.dictionary, items)
  }

  /// `(storage, offset, size, stride, …)`; gradients and hooks after them do not matter.
  private mutating func tensor(_ arguments: [PickleValue]) throws(FormatError) -> PickleValue {
    guard arguments.count >= 4, arguments.count <= 7, let storage = heap.storage(arguments[0]),
      case .integer(let offset) = arguments[1], let shape = heap.integers(arguments[2]),
      let strides = heap.integers(arguments[3])
    else { throw error("rebuilds a tensor in an unknown way") }
    guard let view = TorchView(storage, offset: offset, shape: shape, strides: strides) else {
      throw error(
        "has a tensor of shape \(shape), strides \(strides) and offset \(offset) that reaches "
          + "outside of its \(storage.window.count) elements")
    }
    return heap.make(.tensor(view))
  }

  /// State of an OrderedDict is `_metadata`, which we do not need; state of a record is its
  /// attributes.
  private mutating func build(_ state: PickleValue) throws(FormatError) {
    if case .opaque? = stack.last { return }
    let id = try top()
    switch heap.kinds[id] {
    case .record: heap.append([state], to: id)
    case .dictionary: break
    default: throw error("sets the state of something that has none")
    }
  }

  private func error(_ what: String) -> FormatError {
    FormatError(
      "holds a damaged pickle, which \(what) (byte \(cursor.position))", in: cursor.file,
      hint: "fetch the file again")
  }

  private func refusal(_ what: String) -> FormatError {
    FormatError(
      "holds a pickle that \(what), which is not on the list of what weights need",
      in: cursor.file,
      hint: dialect == .plain
        ? pickleConversionHint(cursor.file) : conversionHint(cursor.file))
  }
}
