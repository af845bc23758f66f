import HoldfastTensor

extension ParameterStore {
  /// The names of the weights that have a matrix: of linear layers, and of convolutions, whose filters
  /// are its rows.
  public var matrixNames: [String] {
    names.filter { ($0 == "weight" || $0.hasSuffix(".weight")) && (self[$0]?.rank ?? 0) >= 2 }
  }

  /// The weights of one tower that `target` names.
  ///
  /// - Parameter target: `attention`, `mlp`, `patch` (what makes tokens, before the first block), `all`,
  ///   or a pattern of names, with `.weight` or without, in which `*` stands for any letters.
  /// - Throws: ``SelectionError`` if there is none.
  public func matrixNames(for target: String) throws(SelectionError) -> [String] {
    let found: [String]
    switch target {
    case "all": found = matrixNames
    case "attention": found = matrices { $0.hasSuffix("attention") }  // over time too
    case "mlp": found = matrices { $0 == "mlp" }
    case "patch":
      let stem = Set(stemNames)
      found = matrixNames.filter(stem.contains)
    default:
      found = matrixNames.filter { $0.fits(target) || Self.place(of: $0).fits(target) }
    }
    guard !found.isEmpty else {
      throw SelectionError(
        what: "no matrix of the tower fits the target `\(target)`",
        hint: "targets are attention, mlp, patch, all, and patterns such as \(patterns)")
    }
    return found
  }

  private func matrices(wherePart fits: (Substring) -> Bool) -> [String] {
    matrixNames.filter { $0.split(separator: ".").contains(where: fits) }
  }

  /// Patterns that together fit every matrix: its names with `*` for each number.
  private var patterns: String {
    var patterns: [String] = []
    for name in matrixNames {
      let parts = Self.place(of: name).split(separator: ".").map { Int($0) == nil ? $0 : "*" }
      let pattern = parts.joined(separator: ".")
      if !patterns.contains(pattern) { patterns.append(pattern) }
    }
    let rest = patterns.count > Self.shown ? ", …" : ""
    return patterns.prefix(Self.shown).joined(separator: ", ") + rest
  }

  /// The name without `.weight`.
  private static func place(of name: String) -> String {
    name == "weight" ? "" : String(name.dropLast(".weight".count))
  }

  private static let shown = 12
}
