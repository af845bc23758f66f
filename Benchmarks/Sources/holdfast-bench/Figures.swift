import Foundation

func decimal(_ value: Double) -> String { String(format: "%.1f", value) }

func times(_ value: Double) -> String { String(format: "%.2f×", value) }

func percent(_ value: Double) -> String { String(format: "%.0f %%", 100 * value) }

/// A target, and whether it was met.
func verdict(_ isMet: Bool, _ target: String) -> String {
  "≥ \(target) \(isMet ? "met" : "missed")"
}
