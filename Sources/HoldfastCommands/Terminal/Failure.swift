import ArgumentParser
import Foundation
import Holdfast

/// How a command failed: a sentence, what to do about it, and the exit code.
struct Failure {
  let message: String
  let code: Int32
  /// The option that it is about; nil if it is about none.
  var option: String?

  /// Nil when nothing failed: help, and the version.
  ///
  /// - Parameter arguments: what the program was called with.
  init?(_ error: any Error, of arguments: [String]) {
    let help = "`\(Self.command(arguments)) --help` lists what it takes"
    switch error {
    case let error as InterruptedRun:
      guard let cause = Failure(error.cause, of: arguments) else { return nil }
      message = "\(cause.message); \(error.remark)"
      code = cause.code
    case let error as any UserFacingError:
      code = error is UsageError || error is RunError ? 64 : error is GateError ? 1 : 2
      let fallback =
        code == 64
        ? help : error.place.map { _ in "check that the file is whole; if not, fetch it again" }
      message = Self.text(error, hint: error.hint ?? fallback)
      option = error.option
    case let error as DecodingError:
      message = "\(Self.sentence(of: error))\n\nhint: \(help)"
      code = 64
    case let error as CocoaError:
      message = "\(error.localizedDescription)\n\nhint: check the path and its permissions"
      code = 2
    default:
      let parsed = HoldfastCommand.exitCode(for: error)
      guard parsed != .success else { return nil }
      let sentence = HoldfastCommand.message(for: error)
      let refusal = ParserRefusal(sentence.isEmpty ? "\(error)" : sentence, of: arguments)
      message = Self.text(refusal, hint: refusal.hint ?? help)
      option = refusal.option
      code = parsed == .validationFailure ? 64 : 2
    }
  }

  /// What is wrong, its place, and a hint.
  private static func text(_ error: any UserFacingError, hint: String?) -> String {
    let sentence = error.place.map { "`\($0)`: \(error.what)" } ?? error.what
    return hint.map { "\(sentence)\n\nhint: \($0)" } ?? sentence
  }

  /// The error of a decoder as a sentence.
  private static func sentence(of error: DecodingError) -> String {
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .keyNotFound(_, let context), .dataCorrupted(let context):
      let place = context.codingPath.map(\.stringValue).joined(separator: ".")
      return place.isEmpty ? context.debugDescription : "`\(place)`: \(context.debugDescription)"
    @unknown default: return "\(error)"
    }
  }

  /// The command that was called, such as `holdfast audit`.
  private static func command(_ arguments: [String]) -> String {
    let names = HoldfastCommand.configuration.subcommands.flatMap {
      [$0.configuration.commandName].compactMap(\.self) + $0.configuration.aliases
    }
    let name = arguments.first.flatMap { names.contains($0) ? " \($0)" : nil }
    return "holdfast\(name ?? "")"
  }
}
