import ArgumentParser
import Foundation
import Holdfast

/// How a command failed: one sentence, what to do about it, and the exit code.
struct Failure {
  let message: String
  let code: Int32

  /// Nil where nothing failed: help, and the version.
  ///
  /// - Parameter arguments: what the program was called with.
  init?(_ error: any Error, of arguments: [String]) {
    let help = "`\(Self.command(arguments)) --help` says what there is"
    switch error {
    case let error as UsageError:
      message = Self.text("\(error)", hint: help)
      code = 64
    case let error as RunError:
      message = "\(error)"
      code = 64
    case let error as InterruptedRun:
      guard let cause = Failure(error.cause, of: arguments) else { return nil }
      message = "\(cause.message); \(error.remark)"
      code = cause.code
    case let error as GateError:
      message = Self.text(
        error.reasons.joined(separator: "; "), hint: "the run itself is whole: see its report")
      code = 1
    case let error as JobError:
      message = "\(error)"
      code = 2
    case let error as TorchError where error.code == .outOfMemory:
      message = Self.text("\(error)", hint: "try a smaller --batch-size")
      code = 2
    case let error as TorchError:
      message = Self.text("\(error)", hint: "please report this with the command that led to it")
      code = 2
    case _ where Self.isOurs(error):
      message = Self.text("\(error)", hint: "check that the file is whole; if not, fetch it again")
      code = 2
    case let error as CocoaError:
      message = Self.text(error.localizedDescription, hint: "check the path and its permissions")
      code = 2
    default:
      let parsed = HoldfastCommand.exitCode(for: error)
      guard parsed != .success else { return nil }
      let isUsage = parsed == .validationFailure
      let sentence = HoldfastCommand.message(for: error)
      message = Self.text(
        Suggestion(sentence, of: arguments)?.message ?? (sentence.isEmpty ? "\(error)" : sentence),
        hint: help)
      code = isUsage ? 64 : 2
    }
  }

  /// A message with a hint: its own, or else the given one.
  private static func text(_ message: String, hint: String) -> String {
    message.contains("\nhint: ") ? message : "\(message)\n\nhint: \(hint)"
  }

  /// The command that was called, such as `holdfast audit`.
  private static func command(_ arguments: [String]) -> String {
    let names = HoldfastCommand.configuration.subcommands.flatMap {
      [$0.configuration.commandName].compactMap(\.self) + $0.configuration.aliases
    }
    let name = arguments.first.flatMap { names.contains($0) ? " \($0)" : nil }
    return "holdfast\(name ?? "")"
  }

  private static func isOurs(_ error: any Error) -> Bool {
    error is FormatError || error is MediaError || error is TextError || error is DataError
      || error is EncoderError || error is CheckpointError || error is SceneError
  }
}
