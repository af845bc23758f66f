import Foundation
public import HoldfastCore
import HoldfastText

/// What a user says about a model that is given as code: what it takes, and what it gives.
///
/// A TorchScript file says neither how large its inputs are, nor which values are legal, nor
/// whether it normalises by itself, and an audit that guesses measures something else. So all of
/// that must be written down, as JSON; README.md shows one.
public struct InputDescription: Hashable, Sendable {
  /// Whether the model normalises its inputs or Holdfast does.
  public enum Normalization: Hashable, Sendable {
    /// The model normalises.
    case inside
    /// Before it: (x - mean) / std, one number for all values or one for each index of the first
    /// axis.
    case before(mean: [Float], std: [Float])
  }

  /// What the model gives.
  public enum Output: Hashable, Sendable {
    /// A number for each class, of which the largest is the answer; `classes` are their names in
    /// order, if they have any.
    case logits(classes: [String]?)
    /// An embedding; logits are its cosines with the anchors, times `scale`. `anchors` is their
    /// file; nil if the command line names it.
    case embedding(anchors: String?, scale: Double)
  }

  /// The modality of its inputs.
  public var sense: Modality
  /// The sizes of one input, without the batch axis.
  public var shape: [Int]
  /// The legal values; nil if there is no box.
  public var range: ClosedRange<Float>?
  /// The unit of epsilon; nil for the usual one.
  public var unit: String?
  /// Whether the model normalises its inputs or Holdfast does.
  public var normalization: Normalization
  /// How a file becomes an input.
  public var preparation: PreparationDescription
  /// What the model puts out.
  public var output: Output
  /// The method that is called.
  public var method: String
  /// Which part of its result is meant, by index or name; empty when the result is one tensor.
  public var result: String
  /// The file that names the classes, one per line; nil if the description names them.
  var classFile: String?

  /// Reads the description in a JSON file; paths in it are relative to the file.
  ///
  /// - Throws: ``EncoderError`` for whatever is missing, unknown or impossible in it.
  public init(at path: String) throws(EncoderError) {
    let hint =
      "it needs sense, shape, range, normalization, preparation and output; README.md "
      + "shows one under \"A model that is code\""
    guard let data = FileManager.default.contents(atPath: path) else {
      throw EncoderError(
        what: "cannot be read", where: path, hint: "give a JSON file that describes the input")
    }
    do {
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch {
      throw EncoderError(what: Self.explanation(of: error), where: path, hint: hint)
    }
    try resolveFiles(in: (path as NSString).deletingLastPathComponent, of: path)
  }

  /// The space in which an attacker acts.
  public var input: InputSpec {
    let isWaveform = sense == .audio && shape.count == 1
    let range = self.range.map {
      "[\(Self.numberText($0.lowerBound)), \(Self.numberText($0.upperBound))]"
    }
    let usual =
      switch preparation {
      case .picture: "pixel range [0, 1]"
      case .sound: "waveform amplitude"
      case .array: range.map { "input range \($0)" } ?? "input values"
      }
    return InputSpec(
      shape: shape, range: self.range, unit: unit ?? usual,
      patches: isWaveform ? .window(axis: 0) : nil)
  }

  /// Puts the folder of the description before the files that it names, and reads the names of
  /// classes from theirs.
  private mutating func resolveFiles(in folder: String, of path: String) throws(EncoderError) {
    func located(_ name: String) -> String {
      name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
    }
    if let classFile {
      do {
        let names = try ClassNames(contentsOf: URL(fileURLWithPath: located(classFile))).names
        output = .logits(classes: names)
      } catch {
        throw EncoderError(
          what: "names the classes in `\(classFile)`, and \(error.what)", where: path,
          hint: "write one name a line; paths are relative to the description's folder")
      }
    }
    guard case .embedding(let anchors?, let scale) = output else { return }
    let file = located(anchors)
    guard FileManager.default.fileExists(atPath: file) else {
      throw EncoderError(
        what: "names the anchors `\(anchors)`, but there is no file `\(file)`", where: path,
        hint: "paths in it are relative to the description's folder")
    }
    output = .embedding(anchors: file, scale: scale)
  }

  private static func numberText(_ value: Float) -> String {
    Float(Int(value)) == value ? "\(Int(value))" : "\(value)"
  }

  private static func explanation(of error: any Error) -> String {
    guard let error = error as? DecodingError else { return "is not JSON" }
    switch error {
    case .keyNotFound(let key, _): return "does not say `\(key.stringValue)`"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      let key = context.codingPath.map(\.stringValue).joined(separator: ".")
      return key.isEmpty ? "is not a JSON object" : "has a value of the wrong kind for `\(key)`"
    case .dataCorrupted(let context):
      return context.codingPath.isEmpty && context.underlyingError != nil
        ? "is not JSON" : context.debugDescription
    @unknown default: return "is not a description of an input"
    }
  }
}
