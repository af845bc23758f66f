public import HoldfastErrors

/// Everything about a checkpoint that does not fit the model, in one error.
public struct CheckpointError: UserFacingError, Hashable, Sendable {
  /// The file or directory.
  public let file: String
  /// Tensors that the model needs and the file lacks, by their names in the file.
  public let missing: [String]
  /// Tensors of the file that the model has no use for.
  public let unexpected: [String]
  /// Tensors of another shape or type than the model needs, each with both, and those with numbers
  /// that are not finite.
  public let mismatched: [String]

  /// An error about `file`.
  public init(file: String, missing: [String], unexpected: [String], mismatched: [String]) {
    self.file = file
    self.missing = missing
    self.unexpected = unexpected
    self.mismatched = mismatched
  }

  /// What a reader of the message can do about it.
  public var hint: String? {
    if mismatched.isEmpty, missing.isEmpty {
      return "the file holds more than this architecture; is it the right kind of model?"
    }
    if missing.isEmpty { return "the configuration beside the weights is not the one they had" }
    return "weights and configuration are of different models, or the file is not complete"
  }

  /// The file or directory.
  public var place: String? { file }

  /// How many tensors do not fit, then their names.
  public var what: String {
    let groups = [("missing", missing), ("unexpected", unexpected), ("unfit", mismatched)]
      .filter { !$0.1.isEmpty }
    let sentence = groups.map { "\($0.1.count) \($0.0)" }.joined(separator: ", ")
    let lists = groups.map { group in
      let rest = group.1.count - Self.shown
      let more = rest > 0 ? "\n  … and \(rest) more" : ""
      return "\(group.0):\n  " + group.1.prefix(Self.shown).joined(separator: "\n  ") + more
    }
    return "the weights do not fit the model (\(sentence))\n" + lists.joined(separator: "\n")
  }

  private static let shown = 12
}
