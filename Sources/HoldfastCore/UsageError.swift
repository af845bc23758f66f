public import HoldfastErrors

/// An error of a request: what is wrong, what to do, and the option it is about.
public struct UsageError: UserFacingError, Hashable {
  /// What is wrong, in one sentence.
  public let message: String
  /// What to do about it; nil if there is no advice.
  public let hint: String?
  /// The option of the request, such as `epsilon`; nil if it is about none.
  public private(set) var option: String?

  /// An error with its remedy; an empty hint counts as nil.
  public init(_ message: String, hint: String = "", option: String? = nil) {
    self.message = message
    self.hint = hint.isEmpty ? nil : hint
    self.option = option
  }

  /// What is wrong, as one sentence.
  public var what: String { message }

  /// The same error as one about an option, unless it names another already.
  public func about(_ option: String) -> UsageError {
    var error = self
    error.option = self.option ?? option
    return error
  }
}

/// The result of `body`; a ``UsageError`` that it throws is said to be about `option`.
///
/// ```swift
/// let recipes = try about("attack") { () throws(UsageError) in try AttackTable.recipes(text) }
/// ```
public func about<Value>(
  _ option: String, _ body: () throws(UsageError) -> Value
) throws(UsageError) -> Value {
  do { return try body() } catch { throw error.about(option) }
}

/// The names of `known` that are most like `name`, best first; at most three.
///
/// - Parameter tolerance: which share of a name may differ; two letters always may.
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
