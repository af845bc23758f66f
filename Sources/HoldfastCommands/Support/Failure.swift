import ArgumentParser
import Foundation
import Holdfast

/// How a command failed: what to print, and the exit code.
struct Failure {
  let message: String
  let code: Int32

  /// Nil for what the argument parser reports itself: help, usage, and clean exits.
  init?(_ error: any Error) {
    switch error {
    case is ExitCode, is CleanExit, is ValidationError:
      return nil
    case let error as UsageError:
      message = error.description
      code = 64
    case let error as TorchError where error.code == .outOfMemory:
      message = "\(error)\n\nhint: try a smaller --batch-size"
      code = 2
    case _ where Self.isOurs(error):
      message = "\(error)"
      code = 2
    case let error as CocoaError:
      message = error.localizedDescription
      code = 2
    default:
      return nil
    }
  }

  private static func isOurs(_ error: any Error) -> Bool {
    error is TorchError || error is FormatError || error is MediaError || error is TextError
      || error is DataError || error is EncoderError || error is CheckpointError
      || error is SceneError
  }
}
