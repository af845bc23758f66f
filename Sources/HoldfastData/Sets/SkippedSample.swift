import Foundation
import HoldfastFormats
import HoldfastMedia

/// A sample whose file is damaged.
public struct SkippedSample: Hashable, Sendable {
  /// The id in its data set.
  public let id: String
  /// What is wrong with the file, in one sentence.
  public let reason: String
}

/// Whether an error is about one file, which is damaged.
func isDamage(_ error: any Error) -> Bool {
  switch error {
  case let error as MediaError: error.isDamage
  case let error as FormatError: error.isDamage
  default: false
  }
}

/// The sentence of an error, without its hint.
func sentence(of error: any Error) -> String {
  let text = "\(error)"
  return text.range(of: "\n\nhint: ").map { String(text[..<$0.lowerBound]) } ?? text
}
