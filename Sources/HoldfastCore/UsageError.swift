/// Something a user asked for that cannot be had: what, and what to do.
public struct UsageError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, in one sentence.
  public let message: String
  /// What to do about it; empty if nothing is known to help.
  public let hint: String

  /// An error with its remedy.
  public init(_ message: String, hint: String = "") {
    self.message = message
    self.hint = hint
  }

  /// The sentence, and the hint after an empty line.
  public var description: String { hint.isEmpty ? message : "\(message)\n\nhint: \(hint)" }
}

/// The names of `known` that are most like `name`, best first; at most three.
///
/// - Parameter tolerance: which share of a name may be otherwise; two letters always may.
public func nearest(
  _ name: String, among known: [String], tolerance: Double = 0.5
) -> [String] {
  let scored = known.map { (name: $0, distance: editDistance(name, $0)) }
  let close = scored.filter { $0.distance <= max(2, Int(Double($0.name.count) * tolerance)) }
  return close.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
}

/// Levenshtein's distance, in any case of letters.
private func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let substituted = diagonal + (x == y ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
