/// A method as a user spells it: `apgd-ce` or `apgd-ce:steps=50,restarts=2`.
public struct Spelling: Hashable, Sendable {
  /// The name before the colon.
  public let name: String
  private var options: [(key: String, value: String)]

  /// Parses a spelling.
  public init(_ text: String) throws(UsageError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    name = String(parts[0])
    options = []
    guard parts.count == 2 else { return }
    for pair in parts[1].split(separator: ",", omittingEmptySubsequences: false) {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw UsageError(
          "`\(pair)` in `\(text)` is not an option", hint: "write \(name):key=value,key=value")
      }
      let key = String(sides[0])
      guard !options.contains(where: { $0.key == key }) else {
        throw UsageError("`\(key)` is given twice in `\(text)`")
      }
      options.append((key, String(sides[1])))
    }
  }

  /// Takes an option out: its value, or nil if it is not given.
  public mutating func take<Value>(
    _ key: String, _ kind: String, _ parse: (String) -> Value?
  ) throws(UsageError) -> Value? {
    guard let index = options.firstIndex(where: { $0.key == key }) else { return nil }
    let text = options.remove(at: index).value
    guard let value = parse(text) else {
      throw UsageError("`\(key)=\(text)` of \(name) is not \(kind)")
    }
    return value
  }

  /// Takes a whole number of at least `least` out.
  public mutating func takeCount(
    _ key: String, default value: Int, least: Int = 1
  ) throws(UsageError) -> Int {
    try take(key, "a whole number of at least \(least)") { text in
      Int(text).flatMap { $0 >= least ? $0 : nil }
    } ?? value
  }

  /// Takes a finite number out that `isLegal` accepts; `kind` says which those are.
  public mutating func takeNumber(
    _ key: String, _ kind: String = "a number", where isLegal: (Double) -> Bool = { _ in true }
  ) throws(UsageError) -> Double? {
    try take(key, kind) { text in
      Double(text).flatMap { $0.isFinite && isLegal($0) ? $0 : nil }
    }
  }

  /// Takes `true` or `false` out.
  public mutating func takeFlag(_ key: String, default value: Bool) throws(UsageError) -> Bool {
    try take(key, "true or false") { Bool($0) } ?? value
  }

  /// Fails if an option is left that nobody took.
  public func finish(known: [String]) throws(UsageError) {
    guard let left = options.first else { return }
    throw UsageError(
      "\(name) has no option `\(left.key)`",
      hint: known.isEmpty
        ? "\(name) takes no options" : "its options are \(known.joined(separator: ", "))")
  }

  /// Equality of name and options, in order.
  public static func == (a: Spelling, b: Spelling) -> Bool {
    a.name == b.name && a.options.elementsEqual(b.options, by: ==)
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
