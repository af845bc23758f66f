import HoldfastCore

extension InputDescription: Decodable {
  /// Reads a description; keys that are not known are refused.
  public init(from decoder: any Decoder) throws {
    let values = try KnownKeys(
      decoder,
      [
        "sense", "shape", "range", "unit", "normalization", "preparation", "output", "classes",
        "anchors", "scale", "method", "result",
      ])
    sense = Modality(rawValue: try values.require("sense", String.self))
    try values.check(!sense.rawValue.isEmpty, "has an empty `sense`")
    shape = try values.require("shape", [Int].self)
    let isShape = (1...6).contains(shape.count) && shape.allSatisfy { (1...1 << 24).contains($0) }
    try values.check(
      isShape && shape.reduce(1.0) { $0 * Double($1) } <= Double(1 << 30),
      "has a `shape` of \(shape), which is not that of one input without the batch axis")
    range = try Self.range(values)
    unit = try values.optional("unit", String.self)
    normalization = try Self.normalization(values, channels: shape[0])
    preparation = try PreparationDescription(values, shape: shape, range: range)
    classFile = try? values.optional("classes", String.self)
    output = try Self.output(values, namesClasses: classFile != nil)
    method = try values.optional("method", String.self) ?? "forward"
    result = try values.optional("result", Place.self)?.text ?? ""
  }

  private static func range(_ values: KnownKeys) throws -> ClosedRange<Float>? {
    guard let ends = try values.nullable("range", [Float].self) else { return nil }
    try values.check(
      ends.count == 2 && ends.allSatisfy(\.isFinite) && ends[0] < ends[1],
      "has a `range` that is neither [lowest, highest] nor null")
    return ends[0]...ends[1]
  }

  private static func normalization(
    _ values: KnownKeys, channels: Int
  ) throws -> Normalization {
    if let word = try? values.require("normalization", String.self) {
      try values.check(
        word == "inside",
        "has the `normalization` \"\(word)\"; write \"inside\", or {\"mean\": […], \"std\": […]}")
      return .inside
    }
    let own = try values.nested("normalization", ["mean", "std"])
    let (mean, std) = (try own.require("mean", [Float].self), try own.require("std", [Float].self))
    for (name, list) in [("mean", mean), ("std", std)] {
      try values.check(
        (list.count == 1 || list.count == channels) && list.allSatisfy(\.isFinite),
        "has a `normalization` whose `\(name)` is not one number, or one for each of the "
          + "\(channels) channels")
    }
    try values.check(std.allSatisfy { $0 > 0 }, "has a `normalization` whose `std` is not above 0")
    return .before(mean: mean, std: std)
  }

  private static func output(_ values: KnownKeys, namesClasses: Bool) throws -> Output {
    let kind = try values.require("output", String.self)
    let classes = namesClasses ? nil : try values.optional("classes", [String].self)
    let anchors = try values.optional("anchors", String.self)
    let scale = try values.optional("scale", Double.self)
    switch kind {
    case "logits":
      try values.check(
        anchors == nil && scale == nil,
        "has `anchors` or `scale`, which go with the output \"embedding\"")
      try values.check(
        classes.map { !$0.isEmpty && Set($0).count == $0.count } ?? true,
        "has `classes` that are empty, or name one twice")
      return .logits(classes: classes)
    case "embedding":
      try values.check(
        classes == nil && !namesClasses, "has `classes`, which go with the output \"logits\"")
      try values.check(scale.map { $0.isFinite && $0 > 0 } ?? true, "has a `scale` not above 0")
      return .embedding(anchors: anchors, scale: scale ?? 100)
    default:
      throw values.refusal("has the `output` \"\(kind)\"; write \"logits\" or \"embedding\"")
    }
  }

  /// An index or a name.
  private struct Place: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let index = try? value.decode(UInt.self) {
        text = "\(index)"
      } else {
        text = try value.decode(String.self)
      }
    }
  }
}

/// The values of a JSON object of which all keys are known.
struct KnownKeys {
  private let values: KeyedDecodingContainer<Key>
  private let name: String

  /// An object; one with a key that is not among `known` is refused, with the nearest names.
  init(_ decoder: any Decoder, _ known: [String]) throws {
    try self.init(decoder.container(keyedBy: Key.self), known, name: "")
  }

  private init(_ values: KeyedDecodingContainer<Key>, _ known: [String], name: String) throws {
    self.values = values
    self.name = name
    let strange = values.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
    guard let first = strange.first else { return }
    let near = nearest(first, among: known).first
    throw refusal(
      "has a key `\(first)`\(name.isEmpty ? "" : " in `\(name)`") that nobody knows"
        + (near.map { "; did you mean `\($0)`?" } ?? ""))
  }

  /// A value that must be there.
  func require<Value: Decodable>(_ key: String, _ type: Value.Type) throws -> Value {
    try values.decode(type, forKey: Key(key))
  }

  /// A value that may be left out.
  func optional<Value: Decodable>(_ key: String, _ type: Value.Type) throws -> Value? {
    try values.decodeIfPresent(type, forKey: Key(key))
  }

  /// A value that must be there and may be null.
  func nullable<Value: Decodable>(_ key: String, _ type: Value.Type) throws -> Value? {
    try values.decode(Value?.self, forKey: Key(key))
  }

  /// The values of an object inside.
  func nested(_ key: String, _ known: [String]) throws -> KnownKeys {
    try KnownKeys(
      values.nestedContainer(keyedBy: Key.self, forKey: Key(key)), known, name: key)
  }

  /// Fails with a clause that follows the file's name.
  func check(_ holds: Bool, _ what: String) throws {
    guard holds else { throw refusal(what) }
  }

  /// An error whose clause follows the file's name.
  func refusal(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: values.codingPath, debugDescription: what))
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}
