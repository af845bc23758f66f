public import Foundation

/// The sentences in which a zero-shot classifier names a class.
///
/// Each has one placeholder for the class name, written `{}`, `{c}` (CLIP_benchmark) or
/// `{class}`. Source: Radford et al. 2021, section 3.1.4.
public struct PromptTemplates: Hashable, Sendable {
  /// The placeholders that are understood.
  public static let placeholders = ["{}", "{c}", "{class}"]

  /// The default template.
  public static let standard = PromptTemplates(before: "a photo of a ", after: ".")

  /// The default template for sounds.
  public static let sound = PromptTemplates(before: "a sound of ", after: ".")

  /// A template, cut at its placeholder.
  private struct Template: Hashable, Sendable {
    let before, after: String
  }

  private let templates: [Template]

  private init(before: String, after: String) {
    templates = [Template(before: before, after: after)]
  }

  /// Takes a list of templates.
  /// - Throws: ``TextError`` when there are none, or when one has not exactly one placeholder.
  public init(_ templates: [String]) throws(TextError) {
    try self.init(
      templates.enumerated().map { ($1, "template \($0 + 1)") }, source: "prompt templates")
  }

  /// Loads a text file with one template a line, such as CLIP_benchmark's
  /// `zeroshot_classification_templates.txt`.
  ///
  /// Blank lines are skipped; a line that begins with `#` is a template like any other.
  /// - Throws: ``TextError`` with the line number when a line has not exactly one placeholder.
  public init(contentsOf file: URL) throws(TextError) {
    let lines = try TextFile.lines(file).enumerated().map { (number, line) in
      (line.trimmingCharacters(in: .whitespaces), "\(file.path), line \(number + 1)")
    }
    try self.init(lines.filter { !$0.0.isEmpty }, source: file.path)
  }

  private init(_ lines: [(text: String, place: String)], source: String) throws(TextError) {
    var templates: [Template] = []
    for (text, place) in lines {
      let pieces = Self.split(text)
      guard pieces.count == 2 else {
        throw TextError(
          what: pieces.count < 2
            ? "\(text.quoted) has no placeholder" : "\(text.quoted) has more than one placeholder",
          where: place, hint: "write {} once, in the place of the class name")
      }
      templates.append(Template(before: pieces[0], after: pieces[1]))
    }
    guard !templates.isEmpty else {
      throw TextError(
        what: "no templates", where: source, hint: "write one a line, such as \"a photo of a {}.\"")
    }
    self.templates = templates
  }

  /// The number of templates.
  public var count: Int { templates.count }

  /// The templates in order, with `{}` for the class name.
  public var texts: [String] { apply("{}") }

  /// Every template in order with the class name in its place.
  public func apply(_ className: String) -> [String] {
    templates.map { $0.before + className + $0.after }
  }

  private static func split(_ text: String) -> [String] {
    placeholders.reduce([text]) { pieces, placeholder in
      pieces.flatMap { $0.components(separatedBy: placeholder) }
    }
  }
}
