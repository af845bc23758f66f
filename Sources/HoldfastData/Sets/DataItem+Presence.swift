import Foundation
import HoldfastMedia

extension DataItem {
  /// Says of a sample that cannot be read whether its file is gone since the set was listed.
  ///
  /// A file that is there and damaged is one bad sample. One that is gone means that the data are no
  /// longer what they were, and perhaps that a disk is: nothing can be said about the rest. A link
  /// that leads to itself is there, and never was a sample.
  func checkPresence() throws(DataError) {
    guard case .file(let path) = content, access(path, F_OK) != 0, errno != ELOOP else { return }
    throw DataError(
      "has vanished since the data set was opened", in: path,
      hint: "bring it back, unchanged")
  }
}
