import HoldfastFormats

/// Which label each class folder has, what the classes are called, and what a user should know of it.
///
/// Folders that are numbered come in order of their numbers, so that `2` is before `10`; all others in
/// order of their names' bytes. Class names that are given go to the folders in this order, unless they
/// are the folders' own names, which then decide.
struct FolderClasses {
  /// The label of each folder.
  let labels: [String: Int]
  /// The class names, in the order of the labels.
  let names: [String]
  /// How labels were assigned, if a user could doubt it.
  let remarks: [String]

  /// The labels of `folders`, which lie in `path`.
  ///
  /// - Parameter given: class names to use in place of the folders' names. A list of another length is
  ///   left to the caller, who knows which option it came from.
  /// - Throws: ``DataError`` when `given` has the names of some folders in another order.
  init(_ folders: [String], in path: String, named given: [String]? = nil) throws {
    let isNumbered = !folders.isEmpty && folders.allSatisfy(isWholeNumber)
    let ordered = isNumbered ? folders.sorted(by: isSmaller) : folders.sorted(by: precedes)
    let own = ordered.map(Self.words)
    guard let given, given.count == own.count else {
      let synsets = try given == nil ? SynsetNames(of: ordered, near: path) : nil
      names = synsets?.names ?? own
      labels = Self.places(ordered)
      remarks = synsets?.remarks ?? (isNumbered ? [Self.numbered(ordered, in: path)] : [])
      return
    }
    names = given
    let places = Self.places(given)
    let byName = zip(ordered, own).map { places[$0] ?? places[$1] }
    if byName.allSatisfy({ $0 != nil }), Set(byName).count == own.count {
      labels = Dictionary(
        zip(ordered, byName.compactMap(\.self)), uniquingKeysWith: { a, _ in a })
      remarks = []
      return
    }
    for (label, (folder, place)) in zip(ordered, byName).enumerated() {
      guard let place, place != label, !isNumbered else { continue }
      throw DataError(
        "the folder `\(folder)` would be class \(label + 1) of --classes, which names it as class "
          + "\(place + 1)", in: path,
        hint: "write one line per folder, in the order of the folders' names, or the folders' own "
          + "names in any order")
    }
    labels = Self.places(ordered)
    remarks = [Self.assigned(ordered, given, isNumbered, in: path)]
  }

  private static func words(_ folder: String) -> String {
    folder.replacing("_", with: " ")
  }

  private static func places(_ names: [String]) -> [String: Int] {
    Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { a, _ in a })
  }

  private static func numbered(_ folders: [String], in path: String) -> String {
    "the class folders of `\(path)` are numbered, and taken in order of their numbers; --classes names "
      + "them"
  }

  private static func assigned(
    _ folders: [String], _ names: [String], _ isNumbered: Bool, in path: String
  ) -> String {
    let pairs = zip(folders, names).map { "`\($0)` is `\($1)`" }
    let shown = pairs.count > 4 ? pairs.prefix(3) + ["…", pairs[pairs.count - 1]] : pairs
    return
      "the class folders of `\(path)`, in order of their \(isNumbered ? "numbers" : "names"), take "
      + "the lines of --classes: \(shown.joined(separator: ", "))"
  }
}

/// Whether a name is digits and nothing else.
private func isWholeNumber(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.allSatisfy { (48...57).contains($0) }
}

/// Whether one whole number comes before another: by value, then by their bytes (`7` after `07`).
private func isSmaller(_ a: String, _ b: String) -> Bool {
  let (x, y) = (a.drop { $0 == "0" }, b.drop { $0 == "0" })
  if x.count != y.count { return x.count < y.count }
  return x == y ? precedes(a, b) : x < y
}
