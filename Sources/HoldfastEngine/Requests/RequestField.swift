public import HoldfastCore

/// A value that a request writes as one text, such as a batch size: `auto` or `32`.
public protocol TextValue {
  /// Reads the text.
  ///
  /// - Throws: `UsageError` for a text that means nothing.
  init(text: String) throws(UsageError)
  /// The text that reads as the same value.
  var text: String { get }
}

/// One option of a request: its name, and how it is read and written.
///
/// A request lists its fields once. The list decodes it, encodes it without what has its default, and
/// knows which names there are.
struct RequestField<Root> {
  typealias Values = KeyedDecodingContainer<RequestKey>

  /// The name, as the command line has it behind two dashes.
  let name: String
  let read: (inout Root, Values) throws -> Void
  let write: (Root, Root, inout KeyedEncodingContainer<RequestKey>) throws -> Void
  /// Whether two requests have different values.
  let differs: (Root, Root) -> Bool

  /// The same option of what holds `Root` at a path.
  func within<Whole>(_ path: WritableKeyPath<Whole, Root>) -> RequestField<Whole> {
    RequestField<Whole>(
      name: name, read: { try read(&$0[keyPath: path], $1) },
      write: { try write($0[keyPath: path], $1[keyPath: path], &$2) },
      differs: { differs($0[keyPath: path], $1[keyPath: path]) })
  }

  private init(
    name: String, read: @escaping (inout Root, Values) throws -> Void,
    write: @escaping (Root, Root, inout KeyedEncodingContainer<RequestKey>) throws -> Void,
    differs: @escaping (Root, Root) -> Bool
  ) {
    self.name = name
    self.read = read
    self.write = write
    self.differs = differs
  }

  /// A field that reads and writes `stored`, whose value is `Value`.
  private init<Value: Equatable, Stored: Codable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>,
    decode: @escaping (Values, RequestKey) throws -> Value?,
    encode: @escaping (Value) -> Stored?
  ) {
    self.name = name
    differs = { $0[keyPath: path] != $1[keyPath: path] }
    read = { root, values in
      let key = RequestKey(name)
      guard values.contains(key), try !values.decodeNil(forKey: key) else { return }
      if let value = try decode(values, key) { root[keyPath: path] = value }
    }
    write = { root, plain, values in
      let value = root[keyPath: path]
      guard value != plain[keyPath: path], let stored = encode(value) else { return }
      try values.encode(stored, forKey: RequestKey(name))
    }
  }

  /// A number, a flag or a text.
  static func value<Value: Codable & Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>
  ) -> Self {
    Self(name, path, decode: { try $0.decode(Value.self, forKey: $1) }, encode: { $0 })
  }

  /// A value that may be left out.
  static func value<Value: Codable & Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value?>
  ) -> Self {
    Self(name, path, decode: { try $0.decode(Value.self, forKey: $1) }, encode: { $0 })
  }

  /// A text, for which a number may stand too: `subsample: 100`.
  static func text(_ name: String, _ path: WritableKeyPath<Root, String?>) -> Self {
    Self(name, path, decode: { try $0.text($1) }, encode: { $0 })
  }

  /// A value that is written as text.
  static func text<Value: TextValue & Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>
  ) -> Self {
    Self(
      name, path, decode: { try Value(text: $0.text($1)) }, encode: { $0.text })
  }

  /// One of some names.
  static func choice<Value: RawRepresentable & CaseIterable & Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value>
  ) -> Self where Value.RawValue == String {
    Self(
      name, path, decode: { try choose(Value.self, $0.text($1), option: name) },
      encode: { $0.rawValue })
  }

  /// One of some names, or none.
  static func choice<Value: RawRepresentable & CaseIterable & Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, Value?>
  ) -> Self where Value.RawValue == String {
    Self(
      name, path, decode: { try choose(Value.self, $0.text($1), option: name) },
      encode: { $0?.rawValue })
  }

  /// An option that may be given several times: one text, or a list of them.
  static func repeated(_ name: String, _ path: WritableKeyPath<Root, [String]>) -> Self {
    Self(name, path, decode: { try $0.list($1) ?? [$0.text($1)] }, encode: { $0 })
  }

  /// Values in a list, or in one text between commas.
  static func list<Value: Equatable>(
    _ name: String, _ path: WritableKeyPath<Root, [Value]>,
    _ parse: @escaping ([String]) throws(UsageError) -> [Value],
    _ text: @escaping (Value) -> String
  ) -> Self {
    Self(
      name, path,
      decode: { try parse($0.list($1) ?? commaSeparated($0.text($1))) },
      encode: { $0.map(text) })
  }
}

/// A name of an option as a key.
struct RequestKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension KeyedDecodingContainer<RequestKey> {
  /// A text, or a number as it is written.
  fileprivate func text(_ key: RequestKey) throws -> String {
    if let number = try? decode(Int.self, forKey: key) { return "\(number)" }
    return try decode(String.self, forKey: key)
  }

  /// A list of texts; nil for anything else.
  fileprivate func list(_ key: RequestKey) throws -> [String]? {
    try? decode([String].self, forKey: key)
  }
}

/// The parts of a text between commas.
package func commaSeparated(_ text: String) -> [String] {
  text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
}

/// The case that a text names.
///
/// - Throws: `UsageError` about `option` that lists the names.
package func choose<Value: RawRepresentable & CaseIterable>(
  _ type: Value.Type, _ text: String, option: String
) throws(UsageError) -> Value where Value.RawValue == String {
  if let value = Value(rawValue: text) { return value }
  let names = Value.allCases.map(\.rawValue)
  let all = "\(names.dropLast().joined(separator: ", ")) or \(names.last ?? "")"
  throw UsageError(
    "unknown \(option) `\(text)`; use \(all)",
    hint: text.count < 4
      ? "" : nearest(text, among: names).first.map { "did you mean `\($0)`?" } ?? "",
    option: option)
}

/// Reads a request: its defaults, and what `decoder` gives instead.
///
/// - Throws: `UsageError` for a name that is not one of its fields.
func decodeRequest<Root>(
  _ plain: Root, _ fields: [RequestField<Root>], called kind: String, from decoder: any Decoder
) throws -> Root {
  let values = try decoder.container(keyedBy: RequestKey.self)
  let names = fields.map(\.name)
  if let strange = values.allKeys.first(where: { !names.contains($0.stringValue) }) {
    throw UsageError(
      "\(kind) has no option `\(strange.stringValue)`",
      hint: nearest(strange.stringValue, among: names).first.map { "did you mean `\($0)`?" }
        ?? "its options are \(names.joined(separator: ", "))", option: strange.stringValue)
  }
  var root = plain
  for field in fields { try field.read(&root, values) }
  return root
}

/// Writes what of a request is not its default.
func encodeRequest<Root>(
  _ root: Root, _ plain: Root, _ fields: [RequestField<Root>], to encoder: any Swift.Encoder
) throws {
  var values = encoder.container(keyedBy: RequestKey.self)
  for field in fields { try field.write(root, plain, &values) }
}
