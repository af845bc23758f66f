public import HoldfastCore

/// One way in which a data set lies on disk.
public struct DataLayout: Sendable {
  /// The name in records and listings.
  public let name: String
  /// What it is, in one line.
  public let summary: String
  /// The modalities whose files it holds; empty if it takes those of any.
  public let senses: [Modality]
  /// What it is recognised by.
  public let files: String
  /// The names of its splits, the default first; empty if it has none.
  public let splits: [String]
  /// Whether a folder, or a file, is of this layout.
  let matches: @Sendable (_ path: String) -> Bool
  /// Reads labelled samples; nil if the layout has no classes.
  var samples: (@Sendable (DataRequest) throws -> any DataSet)?
  /// Reads pairs; nil if the layout has none.
  var pairs: (@Sendable (DataRequest) throws -> PairManifest)?

  /// What it can be audited for: `classification`, `retrieval`, or both.
  public var tasks: [String] {
    (samples == nil ? [] : ["classification"]) + (pairs == nil ? [] : ["retrieval"])
  }

  /// Refuses a modality that the layout does not hold.
  func check(
    _ modality: Modality, at path: String, option: String = "--data"
  ) throws(UsageError) {
    guard senses.isEmpty || senses.contains(modality) else {
      let own = senses.map(\.rawValue)
      throw UsageError(
        "`\(path)` is \(name) data, which is \(own.joined(separator: " and ")), and not "
          + modality.rawValue, hint: "write \(option) \(own[0])=\(path)")
    }
  }
}

/// What of a data set is asked for.
struct DataRequest {
  /// The path of the data.
  let path: String
  /// Class names that replace those of the set.
  var classes: [String]?
  /// The modality whose files count.
  var modality: Modality
  /// The split; nil for the layout's first.
  var split: String?

  /// The split that is meant, of those there are.
  ///
  /// - Throws: `UsageError` with the nearest names when there is none of that name.
  func chosen(of splits: [String]) throws(UsageError) -> String {
    guard let first = splits.first else {
      throw UsageError("`\(path)` has no splits", hint: "download the lists of its splits")
    }
    guard let split else { return first }
    guard splits.contains(split) else {
      let near = nearest(split, among: splits)
      throw UsageError(
        "`\(path)` has no split `\(split)`",
        hint: near.isEmpty
          ? "its splits are \(splits.joined(separator: ", "))"
          : "did you mean \(near.map { "`\($0)`" }.joined(separator: " or "))?")
    }
    return split
  }

  /// Throws if a split is asked for and the data has none.
  func checkHasNoSplit(_ layout: String) throws(UsageError) {
    guard let split else { return }
    throw UsageError(
      "`\(path)` is \(layout), which has no splits, and so no `\(split)`",
      hint: "leave --split out, or give the path of the part that you mean")
  }

  /// Class names that were given, held to the number of classes that the set has, or else its own.
  ///
  /// - Throws: ``DataError`` when the numbers differ.
  func names(_ own: [String]) throws(DataError) -> [String] {
    guard let classes else { return own }
    guard classes.count == own.count else {
      throw DataError(
        "has \(own.count) classes, and --classes names \(classes.count)", in: path,
        hint: "write one line per class, in the order of the labels")
    }
    return classes
  }
}
