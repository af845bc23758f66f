/// Where the parameters of one tower stand.
///
/// A tower asks for its parameters in the order in which it computes, and calls its blocks `blocks.0`,
/// `blocks.1`, ….
extension ParameterStore {
  /// What training may change: all but running statistics and the logarithms of factors on cosines,
  /// which no loss on directions reaches.
  public var trainableNames: [String] {
    names.filter { name in
      !Self.fixed.contains(String(name.split(separator: ".").last ?? ""))
    }
  }

  /// What stands before the first block: what makes tokens of an input.
  ///
  /// Empty for a tower without blocks.
  public var stemNames: [String] {
    guard let first = firstBlock else { return [] }
    return Array(names.prefix { !$0.hasPrefix(first) })
  }

  /// What training may change of ``stemNames`` and of the first block.
  public var shallowNames: [String] {
    guard let first = firstBlock else { return [] }
    let stem = Set(stemNames)
    return trainableNames.filter { stem.contains($0) || $0.hasPrefix(first) }
  }

  /// How the names of the first block begin, such as `vision.blocks.0.`.
  private var firstBlock: String? {
    for name in names {
      let parts = name.split(separator: ".")
      guard let place = parts.firstIndex(of: "blocks"), place + 1 < parts.count else { continue }
      return parts[...(place + 1)].joined(separator: ".") + "."
    }
    return nil
  }

  private static let fixed: Set = ["running_mean", "running_var", "log_scale", "logit_scale"]
}
