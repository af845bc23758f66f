import Foundation
package import HoldfastRecords

/// A share with its interval, in per cent: `97.0 % [93.6, 98.6]`.
package func percent(_ share: ProportionRecord) -> String {
  String(format: "%.1f %% [%.1f, %.1f]", 100 * share.value, 100 * share.low, 100 * share.high)
}
