import HoldfastCore
import HoldfastErrors

/// The result of `body`, which reads what an option names; an error that it throws is said to be about
/// that option, unless it names another.
///
/// ```swift
/// let goal = try about(fileOf: "goal") { try GoalFile(at: path) }
/// ```
func about<Value>(fileOf option: String, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let error as UsageError {
    throw error.about(option)
  } catch let error as any UserFacingError where error.option == nil {
    throw OptionFileError(cause: error, option: option)
  }
}

/// An error about a file, or whatever else an option names.
struct OptionFileError: UserFacingError {
  /// The error of the file's reader.
  let cause: any UserFacingError
  let option: String?

  var what: String { cause.what }
  var place: String? { cause.place }
  var hint: String? { cause.hint }
}
