public import HoldfastCore

/// One defence that a user can name.
public struct DefenseEntry: Sendable {
  /// The name.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// The publication that describes it; empty when there is none.
  public var source = ""
  /// The options it takes, with their defaults, as `key=value`.
  public let options: [String]
  /// The cost of a forward pass of the defended encoder, in forward (F) and backward (B) passes of
  /// the bare one.
  public var passes = "1 F"
  /// What its training takes; nil for a defence that is not trained.
  public var training: TrainingFacts?
  let make: @Sendable (inout Spelling, _ isGuided: Bool) throws(UsageError) -> any Defense
  /// The defence of the hyper-parameters in a manifest.
  let decode: @Sendable (JSONValue) throws -> any Defense
}

extension DefenseEntry {
  /// An entry for the defences of one type, under that type's name.
  ///
  /// - Parameters:
  ///   - source: the publication that describes them.
  ///   - make: reads the hyper-parameters; is told whether there is a guide.
  ///   - check: refuses values that a bundle on disk may hold and that make no sense.
  public init<Method: Defense>(
    _ type: Method.Type, summary: String, source: String = "", options: [String],
    make: @escaping @Sendable (inout Spelling, _ isGuided: Bool) throws(UsageError) -> Method,
    check: @escaping @Sendable (Method) throws(UsageError) -> Method = { $0 }
  ) {
    self.init(
      name: Method.name, summary: summary, source: source, options: options,
      make: { (spelling, isGuided) throws(UsageError) in try make(&spelling, isGuided) },
      decode: { try check($0.decoded(as: Method.self)) })
  }
}

/// Every defence there is: the source of parsing and listings.
public enum DefenseTable {
  /// The lines, in the order they are listed.
  public static let entries: [DefenseEntry] = [
    DefenseEntry(
      RAdapt.self,
      summary: "Gaussian input filter and fixed robustness anchor", source: "Nie et al., 2026",
      options: [
        "alpha=1.2", "beta=-0.8 (0 with a guide)", "d0=40", "scaling=auto|as-printed|keep-sigma",
        "clamp=false",
      ],
      make: { (spelling, isGuided) throws(UsageError) in
        RAdapt(
          alpha: try spelling.takeNumber("alpha") ?? 1.2,
          beta: try spelling.takeNumber("beta") ?? (isGuided ? 0 : -0.8),
          cutoff: try spelling.take("d0", "a number above 0") { text in
            Double(text).flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
          } ?? 40,
          scaling: try spelling.take("scaling", "auto, as-printed or keep-sigma") {
            RAdapt.Scaling(rawValue: $0)
          } ?? .automatic,
          clampsFilter: try spelling.takeFlag("clamp", default: false))
      },
      check: { (defense) throws(UsageError) in try defense.checked() }),
    clipure, fare, tecoa, trades, pmgAFT, tgaZSR, compTGA, saft, laat, simCLIP, rlBind, shallow,
  ]

  /// The defence of a text such as `r-adapt:alpha=0.8,beta=0.2`.
  public static func defense(
    _ text: String, isGuided: Bool
  ) throws(UsageError) -> any Defense {
    var spelling = try Spelling(text)
    guard let entry = entries.first(where: { $0.name == spelling.name }) else {
      let near = nearest(spelling.name, among: entries.map(\.name))
      throw UsageError(
        "unknown defence `\(spelling.name)`",
        hint: near.isEmpty
          ? "`holdfast list defenses` names them all"
          : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
    }
    let defense = try entry.make(&spelling, isGuided)
    try spelling.finish(known: entry.options)
    return defense
  }
}
