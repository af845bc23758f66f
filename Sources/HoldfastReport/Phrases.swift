import Foundation
import HoldfastRecords

extension PlanRecord {
  /// What was audited, how much of it, and where epsilon lives: one line.
  func heading(_ amount: String) -> String {
    let model = lastName(of: model.path)
    let defended = self.model.defense.map { " with \($0.split(separator: " ")[0])" } ?? ""
    return "\(model)\(defended) on \(lastName(of: data.path)): "
      + "\(amount), \(norm) in units of the \(attackSpace.unit), attacked \(place), seed \(seed)"
  }

  private var place: String {
    let size = attackSpace.shape.map(String.init).joined(separator: "×")
    return attackSpace.place == "model"
      ? "at the model's own size \(size)" : "on the \(attackSpace.place) of \(size)"
  }
}

/// The last name of a path.
func lastName(of path: String) -> String {
  path.utf8.split(separator: UInt8(ascii: "/")).last.map { String(Substring($0)) } ?? path
}

/// A share in percent.
func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

/// The ends of an interval in percent.
func bounds(_ low: Double, _ high: Double) -> String {
  String(format: "%.1f, %.1f", 100 * low, 100 * high)
}
