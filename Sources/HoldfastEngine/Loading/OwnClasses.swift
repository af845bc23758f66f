import HoldfastCore
import HoldfastData
import HoldfastEncoders

extension ModelSource {
  /// A data set as a classifier knows it: its labels are places among the classifier's own classes.
  ///
  /// A set for a model that takes its classes from texts or anchors stays as it is.
  ///
  /// - Parameters:
  ///   - names: the names given for the set's classes; nil if none are.
  /// - Throws: `UsageError` for anchors beside a classifier; `DataError` for classes that it does not
  ///   know.
  func withOwnClasses(
    _ set: any DataSet, names: [String]?, anchors: AnchorFile?
  ) throws -> any DataSet {
    guard let own = sense.classes else { return set }
    guard anchors == nil else {
      throw UsageError(
        "--anchors is for an encoder, and `\(path)` is a classifier",
        hint: "leave it out, or describe the output as an embedding")
    }
    guard let classes = own.names else {
      let count = (names ?? set.classNames)?.count ?? own.count
      guard count == own.count else {
        throw DataError(
          "has \(count) classes, and the model gives \(own.count) logits", in: set.path,
          hint: "name the model's classes in its description: \"classes\": […]")
      }
      return set
    }
    return try RelabelledSet(set, as: classes)
  }
}
