import Foundation
import HoldfastCore
import HoldfastFormats
import HoldfastRecords

/// `plan.json` of a training folder: what was asked for, and the plan of the trainer.
struct PlanFile<Asked: Encodable>: Encodable {
  /// What the caller's part of the result depends on.
  let asked: Asked
  /// The trainer's part.
  let training: TrainingPlan

  /// Writes the file, or compares it with the one that is there.
  ///
  /// - Returns: the SHA-256 of the plan.
  /// - Throws: `UsageError` that names the fields in which the file differs; `FormatError` for a file that
  ///   is damaged, is a link, or cannot be written.
  func settle(at path: String, isWriter: Bool) throws -> String {
    if let data = try OwnFile.contents(of: path) {
      let before = try? JSONDecoder().decode(JSONValue.self, from: data)
      guard let before else { throw FormatError("is not JSON", in: path, hint: Self.hint) }
      let now = try JSONDecoder().decode(
        JSONValue.self, from: RecordCoding.lineEncoder().encode(self))
      let differences = now.differences(from: before)
      guard differences.isEmpty else {
        throw UsageError(
          "`\(path)` is the plan of a training that differs in \(differences.joined(separator: ", "))",
          hint: Self.hint)
      }
    } else if isWriter {
      let json = try RecordCoding.documentEncoder().encode(self)
      try AtomicFile.write(Array(json) + [UInt8(ascii: "\n")], to: path)
    }
    return Checksum.sha256(of: Array(try RecordCoding.lineEncoder().encode(self)))
  }

  private static var hint: String { "give this training another folder with --output" }
}

/// Any value of JSON.
private enum JSONValue: Decodable, Hashable {
  case object([String: JSONValue])
  case array([JSONValue])
  case text(String)
  case flag(Bool)
  case number(Decimal)
  case null

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let object = try? value.decode([String: JSONValue].self) {
      self = .object(object)
    } else if let array = try? value.decode([JSONValue].self) {
      self = .array(array)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else {
      self = .number(try value.decode(Decimal.self))
    }
  }

  /// The places in which two values differ, with dots between the names of an object in another.
  func differences(from other: JSONValue, at place: String = "") -> [String] {
    guard case .object(let own) = self, case .object(let others) = other else {
      return self == other ? [] : [place]
    }
    return Set(own.keys).union(others.keys).sorted().flatMap { key in
      let inner = place.isEmpty ? key : "\(place).\(key)"
      guard let one = own[key], let two = others[key] else { return [inner] }
      return one.differences(from: two, at: inner)
    }
  }
}
