import Foundation
public import HoldfastCore

/// Several hardenings that differ in the values of some options.
public struct SweepRequest: Hashable, Sendable {
  /// One option and the values it takes in turn.
  public struct Axis: Hashable, Sendable {
    /// The option's name, or `method.lambda` for an option of the method.
    public let option: String
    /// Its values, as text.
    public let values: [String]

    /// Reads `learning-rate=1e-5,1e-4`.
    ///
    /// - Throws: `UsageError` for a text without an option or without values.
    public init(_ text: String) throws(UsageError) {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else {
        throw UsageError(
          "`\(text)` does not say what varies",
          hint: "write an option and its values: method.lambda=0.01,0.1,1", option: "vary")
      }
      option = parts[0]
      values = commaSeparated(parts[1])
      guard !values.contains(""), Set(values).count == values.count else {
        throw UsageError(
          "`\(text)` has an empty value, or one twice", hint: "write each value once",
          option: "vary")
      }
    }
  }

  /// What the points share; its output is the folder of all of them.
  public var base: HardenRequest
  /// What varies; the points are all combinations.
  public var axes: [Axis]

  /// A sweep of `axes` around `base`.
  public init(_ base: HardenRequest, axes: [Axis]) {
    self.base = base
    self.axes = axes
  }

  /// One hardening of the sweep.
  public struct Point {
    /// The values of the axes, in their order.
    public let values: [String]
    /// The hardening, with a folder of its own.
    public let request: HardenRequest
  }

  /// All combinations; the last axis varies fastest.
  ///
  /// - Throws: `UsageError` for an option that hardening does not have, a value that it does not take,
  ///   and for no axes.
  public func points() throws -> [Point] {
    guard !axes.isEmpty else {
      throw UsageError(
        "a sweep needs an option to vary", hint: "--vary method.lambda=0.01,0.1,1",
        option: "vary")
    }
    if let fixed = axes.first(where: { ["output", "model", "device"].contains($0.option) }) {
      throw UsageError(
        "a sweep does not vary `\(fixed.option)`", hint: "leave it out", option: "vary")
    }
    var combinations: [[String]] = [[]]
    for axis in axes {
      combinations = combinations.flatMap { known in axis.values.map { known + [$0] } }
    }
    return try combinations.map { values in
      Point(values: values, request: try request(values))
    }
  }

  /// The request of one combination.
  private func request(_ values: [String]) throws -> HardenRequest {
    var options =
      try JSONSerialization.jsonObject(with: JSONEncoder().encode(base)) as? [String: Any] ?? [:]
    for (axis, value) in zip(axes, values) {
      if axis.option.hasPrefix("method.") {
        let key = String(axis.option.dropFirst("method.".count))
        options["method"] = setting(key, to: value, in: options["method"] as? String ?? "")
      } else {
        options[axis.option] = Double(value).map { NSNumber(value: $0) } ?? value
      }
    }
    let name = zip(axes, values).map { "\($0.option)=\($1)" }.joined(separator: ",")
    let safe = name.map { $0 == "/" ? "-" : $0 }
    options["output"] = "\(base.output)/\(String(safe))"
    do {
      return try JSONDecoder().decode(
        HardenRequest.self, from: JSONSerialization.data(withJSONObject: options))
    } catch let error as UsageError {
      throw error
    } catch {
      throw UsageError(
        "the options of the sweep do not take the values `\(name)`",
        hint: "`holdfast harden --help` lists what they take", option: "vary")
    }
  }

  /// A method's text with one of its options set.
  private func setting(_ key: String, to value: String, in method: String) -> String {
    let parts = method.split(separator: ":", maxSplits: 1).map(String.init)
    let others = (parts.count > 1 ? commaSeparated(parts[1]) : []).filter {
      !$0.hasPrefix("\(key)=")
    }
    return (parts.first ?? "") + ":" + (others + ["\(key)=\(value)"]).joined(separator: ",")
  }
}
