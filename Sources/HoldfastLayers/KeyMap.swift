/// How a model's own parameter names become the keys of a checkpoint, and back.
///
/// A model has one naming. A checkpoint format is a list of renamings over it. The map also says if
/// the format keeps a matrix transposed, or the model's fused projection as several tensors.
public struct KeyMap: Sendable {
  /// How a checkpoint keeps one parameter.
  public enum Stored: Hashable, Sendable {
    /// As it is, under this key.
    case tensor(String)
    /// As the transposed matrix.
    case transposed(String)
    /// As equal blocks of its rows, in this order.
    case rows([String])

    /// The keys in the checkpoint.
    public var keys: [String] {
      switch self {
      case .tensor(let key), .transposed(let key): [key]
      case .rows(let keys): keys
      }
    }
  }

  private var renames: [(from: String, to: String)]
  private let parts: (fused: String, names: [String])?
  private let transposed: Set<String>
  private var branches: [(prefix: String, map: KeyMap)] = []

  /// A map that applies `renames` in order, each at its first occurrence.
  ///
  /// - Parameters:
  ///   - parts: a piece of a key that stands for several tensors, and the pieces they have instead.
  ///   - transposed: parameters that are kept transposed, by the model's names.
  public init(
    renames: [(from: String, to: String)], parts: (fused: String, names: [String])? = nil,
    transposed: Set<String> = []
  ) {
    self.renames = renames
    self.parts = parts
    self.transposed = transposed
  }

  /// The checkpoint has the model's own names.
  public static let identity = KeyMap(renames: [])

  /// This map with `others` applied before its own renamings.
  public func preceded(by others: [(from: String, to: String)]) -> KeyMap {
    var map = self
    map.renames = others + renames
    return map
  }

  /// This map, with another one for the names that begin with `prefix`.
  public func branching(at prefix: String, to other: KeyMap) -> KeyMap {
    var map = self
    map.branches.append((prefix, other))
    return map
  }

  /// The name and form in which a checkpoint keeps the parameter `name`.
  public func stored(_ name: String) -> Stored {
    if let branch = branches.first(where: { name.hasPrefix($0.prefix) }) {
      return branch.map.stored(name)
    }
    let key = renames.reduce(name) { $0.replacingFirst($1.from, with: $1.to) }
    if let parts, key.contains(parts.fused) {
      return .rows(parts.names.map { key.replacingFirst(parts.fused, with: $0) })
    }
    return transposed.contains(name) ? .transposed(key) : .tensor(key)
  }
}

extension String {
  fileprivate func replacingFirst(_ piece: String, with other: String) -> String {
    var copy = self
    if let range = copy.firstRange(of: piece) { copy.replaceSubrange(range, with: other) }
    return copy
  }
}
