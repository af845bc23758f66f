import Foundation
public import HoldfastCore
public import HoldfastRecords
import HoldfastRuns

/// What an audit must find for a gate to open, such as `robust@4/255>=0.4`.
public struct Requirement: Hashable, Sendable, CustomStringConvertible {
  /// The accuracy that the requirement is about.
  public enum Measure: Hashable, Sendable {
    /// That on unperturbed inputs.
    case clean
    /// That under every protocol together.
    case robust(Radius)
    /// That under one protocol.
    case under(AuditProtocol, Radius)
  }

  /// The accuracy that the requirement is about.
  public let measure: Measure
  /// The least share that is enough.
  public let least: Double
  /// The requirement as it was written.
  public let description: String

  /// Reads `clean>=0.9`, `robust@4/255>=0.4`, `white-box@4/255>=40%`.
  ///
  /// - Throws: `UsageError` that says what cannot be meant.
  public init(_ text: String) throws(UsageError) {
    description = text
    let sides = text.split(separator: ">=", omittingEmptySubsequences: false)
    guard sides.count == 2 else {
      throw UsageError("`\(text)` is not a requirement", hint: Self.form)
    }
    least = try Self.share(sides[1], in: text)
    let parts = sides[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    let name = Self.trimmed(parts[0])
    if name == AuditProtocol.clean.rawValue {
      guard parts.count == 1 else {
        throw UsageError("`\(text)`: clean accuracy has no radius", hint: "write clean>=0.9")
      }
      measure = .clean
      return
    }
    let known = [AuditProtocol.clean.rawValue, "robust"] + Self.protocols.map(\.rawValue)
    guard name == "robust" || Self.protocols.map(\.rawValue).contains(name) else {
      throw UsageError(
        "`\(text)`: unknown accuracy `\(name)`",
        hint: nearest(name, among: known).first.map { "did you mean `\($0)`?" }
          ?? "require one of \(known.joined(separator: ", "))")
    }
    guard parts.count == 2, let radius = Radius(Self.trimmed(parts[1])) else {
      throw UsageError("`\(text)` lacks a radius", hint: Self.form)
    }
    measure = AuditProtocol(rawValue: name).map { .under($0, radius) } ?? .robust(radius)
  }

  private static let form = "write robust@4/255>=0.4, white-box@4/255>=0.4 or clean>=0.9"
  private static let protocols = AuditProtocol.allCases.filter { $0 != .clean }

  private static func trimmed(_ text: Substring) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }

  private static func share(
    _ text: Substring, in whole: String
  ) throws(UsageError) -> Double {
    let text = trimmed(text)
    let value =
      text.hasSuffix("%") ? Double(trimmed(text.dropLast())).map { $0 / 100 } : Double(text)
    guard let value, (0...1).contains(value) else {
      throw UsageError(
        "`\(whole)`: `\(text)` is not a share of samples",
        hint: "give a number in [0, 1], or a percentage")
    }
    return value
  }

  /// Refuses a requirement about a radius that is not audited.
  public func check(_ radii: [Radius]) throws(UsageError) {
    switch measure {
    case .clean: return
    case .robust(let radius), .under(_, let radius):
      guard !radii.contains(radius) else { return }
      throw UsageError(
        "`\(self)` is about a radius that is not audited",
        hint: "the radii are \(radii.map(\.description).joined(separator: ", ")); see --epsilon")
    }
  }

  /// Refuses a requirement about something that a plan does not measure.
  public func check(_ plan: PlanRecord) throws(UsageError) {
    try check(plan.radii.compactMap { Radius($0) })
    let run = plan.protocols.filter { $0.kind != .clean }
    switch measure {
    case .clean: return
    case .robust:
      guard !run.contains(where: { $0.omitted == nil }) else { return }
      throw UsageError(
        "`\(self)`: none of the protocols of this run measures it", hint: "see --protocol")
    case .under(let name, _):
      let entry = run.first { $0.name == name.rawValue }
      guard entry?.omitted != nil || entry == nil else { return }
      throw UsageError(
        "`\(self)` is about a protocol that is not run",
        hint: entry?.omitted.map { "\(name.rawValue): \($0)" } ?? "see --protocol")
    }
  }

  /// Why a summary does not meet the requirement; nil when it does.
  public func shortfall(in summary: SummaryRecord) -> String? {
    let (what, share) = found(in: summary)
    guard let share else { return "\(what) was not measured, and `\(self)` is required" }
    guard share.total == 0 || share.value < least else { return nil }
    let value = String(format: "%.4g", share.value)
    return "\(what) is \(value) (\(share.count) of \(share.total)), and `\(self)` is required"
  }

  private func found(in summary: SummaryRecord) -> (what: String, share: ProportionRecord?) {
    switch measure {
    case .clean: return ("clean accuracy", summary.clean)
    case .robust(let radius):
      return ("robust accuracy at \(radius)", Self.share(of: summary.worstCase, at: radius))
    case .under(let name, let radius):
      let entry = summary.protocols.first { $0.kind == name }
      return (
        "\(name.rawValue) accuracy at \(radius)", Self.share(of: entry?.radii ?? [], at: radius)
      )
    }
  }

  private static func share(
    of rows: [RadiusSummaryRecord], at radius: Radius
  ) -> ProportionRecord? {
    rows.first { Radius($0.radius) == radius }.map { .wilson($0.robust, of: $0.total) }
  }
}
