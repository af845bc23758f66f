import Foundation
import HoldfastErrors
public import HoldfastRecords

/// A run as an entry of RobustBench's model zoo: the JSON of `model_info/<data>/<norm>/<name>.json`.
///
/// What a run cannot know, such as the paper, is null, to be filled in. `autoattack_acc` is there
/// only if the white-box protocol was a complete standard AutoAttack in float32.
public struct RobustBenchEntry: Encodable, Hashable, Sendable {
  /// The radius.
  public let eps: String
  /// Clean accuracy in percent.
  public let clean: String
  /// Accuracy under the complete standard AutoAttack in percent.
  public let autoAttack: String?
  /// What the standard ensemble lacks in this run; empty when it is complete.
  public let missing: [String]
  /// Whether a masking check failed; nil when they were not run.
  public let unreliable: Bool?
  private let dataset: String
  private let footnote: String

  /// The entry of a run at one of its radii; nil when it has no such radius.
  public init?(plan: PlanRecord, summary: SummaryRecord, radius: String) {
    guard let index = plan.radii.firstIndex(of: radius) else { return nil }
    eps = radius
    clean = Self.percent(summary.clean.value)
    unreliable = summary.unreliable
    dataset = (plan.data.path as NSString).lastPathComponent
    missing = Self.missing(of: plan)
    let whiteBox = summary.protocols.first { $0.kind == .whiteBox }?.radii[index].robustAccuracy
    autoAttack = missing.isEmpty ? whiteBox.map(Self.percent) : nil
    let attacks = plan.protocols.first { $0.kind == .whiteBox }?.attacks.map(\.name) ?? []
    let worst = summary.worstCase.indices.contains(index) ? summary.worstCase[index] : nil
    let failed = (summary.checks?.failed ?? []).map { "(\($0))" }.joined(separator: ", ")
    footnote =
      "Holdfast \(plan.holdfast), \(counted(summary.samples, "sample")), \(plan.norm), seed \(plan.seed); "
      + "white-box attacks: \(attacks.isEmpty ? "none" : attacks.joined(separator: ", "))"
      + (worst.map { "; worst case over all protocols \(Self.percent($0.robustAccuracy))" } ?? "")
      + (failed.isEmpty ? "" : "; masking checks failed: \(failed)")
  }

  private enum CodingKeys: String, CodingKey {
    case link, name, authors, venue, architecture, dataset, eps, reported, external, footnote
    case unreliable
    case additionalData = "additional_data"
    case forwardPasses = "number_forward_passes"
    case clean = "clean_acc"
    case autoAttack = "autoattack_acc"
  }

  /// Writes every field of the zoo, null if unknown.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    for key in [
      CodingKeys.link, .name, .authors, .venue, .architecture, .reported, .external,
      .additionalData,
    ] { try container.encodeNil(forKey: key) }
    try container.encode(1, forKey: .forwardPasses)
    try container.encode(dataset, forKey: .dataset)
    try container.encode(eps, forKey: .eps)
    try container.encode(clean, forKey: .clean)
    try container.encode(autoAttack, forKey: .autoAttack)
    try container.encode(unreliable, forKey: .unreliable)
    try container.encode(footnote, forKey: .footnote)
  }

  private static func percent(_ share: Double) -> String { String(format: "%.2f", 100 * share) }

  // MARK: The standard ensemble

  /// What the standard version of AutoAttack has that the white-box protocol lacks.
  static func missing(of plan: PlanRecord) -> [String] {
    var missing: [String] = []
    let entry = plan.protocols.first { $0.kind == .whiteBox && $0.omitted == nil }
    let isSparse = plan.norm == "l1"
    for (name, key, least, restarts, targets) in [
      ("apgd-ce", isSparse ? "iterations" : "steps", 100, isSparse ? 5 : 1, 0),
      ("apgd-t", isSparse ? "iterations" : "steps", 100, 1, isSparse ? 5 : 9),
      ("fab-t", "steps", 100, 1, 9), ("square", "queries", 5000, 1, 0),
    ] {
      let isThere = entry?.attacks.contains { attack in
        attack.name == name && attack.restarts >= restarts && attack.targets ?? 0 >= targets
          && number(key, in: attack.parameters) ?? 0 >= least
      }
      if isThere != true { missing.append(name) }
    }
    if plan.precision == "bf16" { missing.append("a search in float32") }
    return missing
  }

  /// A whole number of an attack's own parameters.
  private static func number(_ key: String, in parameters: String) -> Int? {
    let json = try? JSONSerialization.jsonObject(with: Data(parameters.utf8)) as? [String: Any]
    return json?[key] as? Int
  }
}
