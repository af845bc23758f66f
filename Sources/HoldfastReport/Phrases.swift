import Foundation
import HoldfastErrors
import HoldfastRecords

extension PlanRecord {
  /// What was audited, how much of it, and the space of epsilon: one line.
  func heading(_ amount: String) -> String {
    let model = lastName(of: model.path)
    let defended = self.model.defense.map { " with \($0.split(separator: " ")[0])" } ?? ""
    return "\(model)\(defended) on \(lastName(of: data.path)): "
      + "\(amount), \(norm) in units of the \(attackSpace.unit), attacked \(place), seed \(seed)\(way)\(aim)"
  }

  /// The evaluation preset, as the end of a line.
  var way: String { preset.map { ", evaluated as \($0) does" } ?? "" }

  /// The target of the attacks, as the end of a line.
  var aim: String {
    switch target {
    case nil: ""
    case "random": ", towards a random class each"
    case "least-likely": ", towards the least likely class"
    case let name?: ", towards `\(name)`"
    }
  }

  private var place: String {
    let size = attackSpace.shape.map(String.init).joined(separator: "×")
    return switch attackSpace.place {
    case "model": "at the model's own size \(size)"
    case "native": "at the pictures' own size \(size), before resize and crop"
    default: "on the \(attackSpace.place) of \(size)"
    }
  }
}

/// The last name of a path.
func lastName(of path: String) -> String {
  path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
}

/// The part of the data that is not in the figures: missing files, and files that cannot be
/// decoded.
func leftOut(_ plan: PlanRecord, _ summary: SummaryRecord) -> [String] {
  let missing = (plan.data.missing ?? [])
  let skipped = (summary.skipped ?? []).map { "\($0.id) (\($0.reason))" }
  func note(_ names: [String], _ what: String) -> String? {
    guard !names.isEmpty else { return nil }
    let rest = names.count > 5 ? ", and \(names.count - 5) more" : ""
    return "left out: \(counted(names.count, "input")) \(what): "
      + names.prefix(5).joined(separator: ", ") + rest
  }
  return [
    note(missing, "whose files are not there"), note(skipped, "that cannot be decoded"),
  ].compactMap(\.self)
}

/// Which transfer inputs were not made by this run.
func reuseNotes(_ summary: SummaryRecord) -> [String] {
  summary.protocols.flatMap { entry in
    entry.work.compactMap { work in
      work.reused.map {
        "\(entry.name): \(counted($0, "input")) of \(work.attack) taken from an earlier run, at no cost here"
      }
    }
  }
}

/// What a reader must know about targeted attacks.
func aimNotes(_ plan: PlanRecord) -> [String] {
  guard let target = plan.target else { return [] }
  let isRule = ["random", "least-likely"].contains(target)
  return [
    "attacks count only if their target class is on top; another wrong class counts "
      + "as robust, so these figures are not robust accuracy in general"
      + (isRule ? "" : "; samples of `\(target)` are left out")
  ]
}

/// A share in percent.
func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

/// The ends of an interval in percent.
func bounds(_ low: Double, _ high: Double) -> String {
  String(format: "%.1f, %.1f", 100 * low, 100 * high)
}
