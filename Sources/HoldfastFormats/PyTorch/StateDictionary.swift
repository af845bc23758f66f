/// Finds the tensors in what a pickle described.
struct StateDictionary {
  static let maximumDepth = 64
  static let maximumVisits = 1_000_000
  static let maximumName = 1024

  private(set) var tensors: [String: TorchView] = [:]
  private let heap: PickleHeap
  private let file: String
  private var visits = 0

  /// The tensors of a plain checkpoint: a dictionary from names to tensors, perhaps wrapped; or
  /// one tensor that was saved alone, under ``TorchFile/loneTensor``.
  init(stateIn root: PickleValue, heap: PickleHeap, file: String) throws(FormatError) {
    self.heap = heap
    self.file = file
    if let tensor = heap.tensor(root) {
      tensors = [TorchFile.loneTensor: tensor]
      return
    }
    guard let pairs = heap.pairs(Self.unwrap(root, heap: heap)) else {
      throw FormatError(
        "holds no dictionary of tensors", in: file, hint: "save model.state_dict() instead")
    }
    for (key, value) in pairs {
      guard case .string(let name) = key else {
        guard heap.tensor(value) == nil else {
          throw FormatError("holds a tensor whose name is not text", in: file)
        }
        continue
      }
      tensors[name] = heap.tensor(value)
    }
    guard !tensors.isEmpty else {
      let keys = pairs.prefix(8).compactMap { pair in
        if case .string(let name) = pair.key { quoted(name, limit: 40) } else { nil }
      }
      throw FormatError(
        "holds no tensors where we look for them; its keys are \(keys.joined(separator: ", "))",
        in: file, hint: "save the state dictionary alone, or under the key 'state_dict'")
    }
  }

  /// The tensors of a TorchScript module: attributes of attributes, their names joined by dots.
  init(moduleIn root: PickleValue, heap: PickleHeap, file: String) throws(FormatError) {
    self.heap = heap
    self.file = file
    try collect(root, under: "", depth: 0)
    guard !tensors.isEmpty else {
      throw FormatError("is a TorchScript archive without tensors", in: file)
    }
  }

  private static let wrappers = ["state_dict", "model", "module", "model_state_dict"]

  private static func unwrap(
    _ root: PickleValue, heap: PickleHeap, depth: Int = 4
  ) -> PickleValue {
    for wrapper in wrappers where depth > 0 {
      guard let wrapped = heap.member(wrapper, of: root) else { continue }
      let inner = unwrap(wrapped, heap: heap, depth: depth - 1)
      if heap.pairs(inner)?.contains(where: { heap.tensor($0.value) != nil }) == true {
        return inner
      }
    }
    return root
  }

  private mutating func collect(
    _ value: PickleValue, under prefix: String, depth: Int
  ) throws(FormatError) {
    visits += 1
    guard depth <= Self.maximumDepth, visits <= Self.maximumVisits else {
      throw FormatError("nests its modules more deeply than any model", in: file)
    }
    if let tensor = heap.tensor(value) {
      tensors[prefix] = tensor
    } else if case .object(let id) = value, case .record = heap.kinds[id] {
      for state in heap.parts[id] { try collect(state, under: prefix, depth: depth + 1) }
    } else if let pairs = heap.pairs(value) {
      visits += pairs.count
      for (key, value) in pairs {
        guard case .string(let name) = key else { continue }
        guard name.utf8.count <= Self.maximumName else {
          throw FormatError("has an attribute with an absurdly long name", in: file)
        }
        try collect(value, under: prefix.isEmpty ? name : "\(prefix).\(name)", depth: depth + 1)
      }
    }
  }
}
