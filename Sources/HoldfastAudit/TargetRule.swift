public import HoldfastCore
import HoldfastTensor

/// The target class of targeted attacks.
public enum TargetRule: Hashable, Sendable {
  /// The same class for all; samples of that class are left out of the audit.
  case label(Int)
  /// For each sample one of the classes that are not its own, drawn by its id and the seed.
  case random
  /// The class that is least likely for the unperturbed sample.
  case leastLikely

  /// Reads the name of a class, `random` or `least-likely`.
  public init(_ text: String, classes: [String]) throws(UsageError) {
    switch text {
    case "random": self = .random
    case "least-likely": self = .leastLikely
    default:
      guard let label = classes.firstIndex(of: text) else {
        let near = nearest(text, among: classes)
        throw UsageError(
          "unknown class `\(text)` to aim at",
          hint: near.isEmpty
            ? "name one of the classes, random, or least-likely"
            : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
      }
      self = .label(label)
    }
  }

  /// The target class of the sample `id`.
  ///
  /// - Parameter truth: what the audited model says about it, all other classes among its rivals.
  func target(of truth: SampleTruth, _ id: String, seed: UInt64) -> Int? {
    switch self {
    case .label(let label): return label == truth.label ? nil : label
    case .leastLikely: return truth.rivals.last
    case .random:
      guard !truth.rivals.isEmpty else { return nil }
      var generator = Generator(seed: seed, stream: id).split("target")
      return truth.rivals.sorted()[generator.integer(below: truth.rivals.count)]
    }
  }
}

extension AuditPlan {
  /// What counts as success.
  var criterion: any Criterion { target == nil ? Misclassification() : TargetReached() }

  /// The truth about a sample, with its target class if there is one.
  ///
  /// - Throws: `UsageError` for a sample whose own class is the target of all.
  func aimed(_ truth: SampleTruth, _ id: String) throws(UsageError) -> SampleTruth {
    guard let target else { return truth }
    guard let label = target.target(of: truth, id, seed: seed) else {
      throw UsageError(
        "the sample `\(id)` is of the class that attacks aim at",
        hint: "leave the samples of that class out")
    }
    return truth.aiming(at: label)
  }
}
