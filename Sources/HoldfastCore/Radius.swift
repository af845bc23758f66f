/// The size of a perturbation, kept as it was written: `4/255` stays `4/255` in every table.
public struct Radius: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The value in the unit of the modality.
  public let value: Double
  /// The radius as it was written.
  public let description: String

  /// Parses `4/255`, `0.5` or `1`; nil unless it is a finite number that is not negative.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Double($0) }
    guard numbers.count == parts.count, (1...2).contains(numbers.count),
      numbers.allSatisfy({ $0.isFinite && $0.sign == .plus })
    else { return nil }
    let value = numbers.count == 2 ? numbers[0] / numbers[1] : numbers[0]
    guard value.isFinite else { return nil }
    self.value = value
    self.description = text
  }

  /// A radius that is written as a decimal number.
  public init(_ value: Double) {
    self.value = value
    self.description = "\(value)"
  }

  /// Orders by value.
  public static func < (a: Radius, b: Radius) -> Bool { a.value < b.value }
  /// Equality by value: 2/255 is 4/510.
  public static func == (a: Radius, b: Radius) -> Bool { a.value == b.value }
  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(value) }
}

extension Radius: Codable {
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let radius = Radius(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "`\(text)` is not a radius such as 4/255")
    }
    self = radius
  }

  /// Writes the text form.
  public func encode(to encoder: any Swift.Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
