import Foundation
import Mustache

/// A text from outside, such as a class name or a path, made fit to be shown on a page.
///
/// The template engine escapes what HTML would obey. Before that, what would otherwise be hidden is
/// written out: characters that control a terminal or the direction of a line, and what would join
/// to a character that must be escaped. The engine looks at whole characters, and a quotation mark
/// with an accent is another character than a quotation mark, but not to a browser.
struct Shown: Hashable, Sendable, ExpressibleByStringLiteral {
  /// The text to be shown, not yet escaped.
  let text: String

  init(_ text: String) { self.text = text.shown }

  /// A text of our own.
  init(stringLiteral text: String) { self.text = text }
}

extension Shown: MustacheCustomRenderable {
  var renderText: String { text }
  var isNull: Bool { text.isEmpty }
}

extension String {
  /// This text with everything in it visible, in its order.
  fileprivate var shown: String {
    var text = ""
    var mustStandAlone = false
    for scalar in unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned, .privateUse:
        text += scalar.escaped(asASCII: true)
      case _ where scalar.turnsText:
        text += scalar.escaped(asASCII: true)
      default:
        // The circle is what shows a mark by itself.
        if mustStandAlone, scalar.joins { text += "\u{25CC}" }
        text.unicodeScalars.append(scalar)
      }
      mustStandAlone = "<>&\"'".unicodeScalars.contains(scalar)
    }
    return text
  }
}

extension Unicode.Scalar {
  /// Whether this becomes one character with what is before it.
  fileprivate var joins: Bool { "\"\(Character(self))".count == 1 }
}
