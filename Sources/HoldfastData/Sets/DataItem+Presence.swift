import Foundation
import HoldfastFormats
import HoldfastMedia

extension DataItem {
  /// What to throw in place of `error`, which reading the sample threw: that its file is gone since the
  /// set was listed, or else the error itself.
  ///
  /// A file that is there and damaged is one bad sample. A missing one means that the data have
  /// changed, or that a disk is gone, so nothing can be said about the rest.
  ///
  /// - Throws: `FormatError` when the system cannot tell whether the file is there.
  func reason(for error: any Error) throws(FormatError) -> any Error {
    guard case .file(let path) = content else { return error }
    let isGone =
      if let code = (error as? FormatError)?.code { [ENOENT, ENOTDIR].contains(code) } else {
        try FileStatus(of: path) == nil
      }
    guard isGone else { return error }
    return DataError(
      "has vanished since the data set was opened", in: path, hint: "bring it back, unchanged")
  }
}
