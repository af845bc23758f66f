/// A value in a pickle.
///
/// Everything that can nest lives in a ``PickleHeap`` and is referred to by
/// number, so that cycles and depth of hostile files cost neither leaks nor recursion.
enum PickleValue {
  case none
  case bool(Bool)
  case integer(Int)
  /// A whole number too wide for Int, by its little-endian bytes.
  case wideInteger([UInt8])
  case float
  case string(String)
  /// Bytes, by their range in the file.
  case bytes(Range<Int>)
  case global(PickleGlobal)
  case opaque
  case object(Int)
}

/// The objects a pickle made.
struct PickleHeap {
  /// What kind of object; its parts are in `parts`.
  enum Kind {
    case tuple
    case list
    case set
    /// Parts are key, value, key, value…; a later key replaces an earlier one.
    case dictionary
    /// Parts are the states it was built with.
    case record
    case storage(TorchStorage)
    case tensor(TorchView)
  }

  private(set) var kinds: [Kind] = []
  private(set) var parts: [[PickleValue]] = []

  /// Objects and their parts, which is what memory goes to.
  private(set) var size = 0

  mutating func make(_ kind: Kind, _ contents: [PickleValue] = []) -> PickleValue {
    size += 1 + contents.count
    kinds.append(kind)
    parts.append(contents)
    return .object(kinds.count - 1)
  }

  mutating func append(_ values: [PickleValue], to object: Int) {
    size += values.count
    parts[object].append(contentsOf: values)
  }

  /// The elements of a tuple or list, or nil for anything else.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    guard case .object(let id) = value else { return nil }
    switch kinds[id] {
    case .tuple, .list: return parts[id]
    default: return nil
    }
  }

  /// Keys and values of a dictionary in their order, or nil for anything else.
  func pairs(_ value: PickleValue) -> [(key: PickleValue, value: PickleValue)]? {
    guard case .object(let id) = value, case .dictionary = kinds[id] else { return nil }
    return stride(from: 0, to: parts[id].count - 1, by: 2).map {
      (parts[id][$0], parts[id][$0 + 1])
    }
  }

  /// What a dictionary has under a text, or nil.
  func member(_ name: String, of value: PickleValue) -> PickleValue? {
    guard case .object(let id) = value, case .dictionary = kinds[id] else { return nil }
    for index in stride(from: parts[id].count - 2, through: 0, by: -2) {
      if case .string(name) = parts[id][index] { return parts[id][index + 1] }
    }
    return nil
  }

  /// A tuple or list of whole numbers, or nil for anything else.
  func integers(_ value: PickleValue) -> [Int]? {
    guard let elements = elements(value) else { return nil }
    var integers: [Int] = []
    for element in elements {
      guard case .integer(let integer) = element else { return nil }
      integers.append(integer)
    }
    return integers
  }

  func storage(_ value: PickleValue) -> TorchStorage? {
    guard case .object(let id) = value, case .storage(let storage) = kinds[id] else { return nil }
    return storage
  }

  func tensor(_ value: PickleValue) -> TorchView? {
    guard case .object(let id) = value, case .tensor(let tensor) = kinds[id] else { return nil }
    return tensor
  }
}
