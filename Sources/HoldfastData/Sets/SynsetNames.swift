import HoldfastFormats

/// What classes are called whose folders bear WordNet's ids, such as `n01440764`.
///
/// The names stand in a file in the folder of the classes or above it: `words.txt`, as Tiny
/// ImageNet has it, or `LOC_synset_mapping.txt`, as ImageNet has it. The first of several names of
/// a class counts; if two classes would then have the same name, as ImageNet's cranes, the id
/// follows.
struct SynsetNames {
  /// The names, in the order of the ids; nil if no file names them.
  let names: [String]?
  /// What a user should know of it.
  let remarks: [String]

  /// The names of `ids`, which are folders of `path`; nil unless all of them are ids of WordNet.
  ///
  /// - Throws: ``DataError`` for a file of names that is not text, or lacks one of the ids.
  init?(of ids: [String], near path: String) throws {
    guard ids.contains(where: Self.isID), ids.allSatisfy(Self.isID) else { return nil }
    let above = PathParts.folder(of: path)
    let places = [path, above.isEmpty ? "." : above]
    let files = places.flatMap { ["\($0)/words.txt", "\($0)/LOC_synset_mapping.txt"] }
    guard let file = try files.first(where: { try FileStatus(of: $0)?.isFolder == false }) else {
      names = nil
      remarks = [
        "the classes of `\(path)` are called \(ids[0]) and so on, as prompts will say; put ImageNet's "
          + "LOC_synset_mapping.txt there, or give names with --classes"
      ]
      return
    }
    let known = try Self.read(file)
    let found = try ids.map { id in
      guard let name = known[id] else {
        throw DataError(
          "does not say what `\(id)` is called", in: file,
          hint: "add it, or give names with --classes")
      }
      return name
    }
    let counts = Dictionary(grouping: found, by: \.self).mapValues(\.count)
    names = zip(found, ids).map { name, id in counts[name] == 1 ? name : "\(name) (\(id))" }
    remarks = ["the classes of `\(path)` are called as `\(file)` says"]
  }

  /// Whether a name is `n` and eight digits.
  private static func isID(_ name: String) -> Bool {
    name.utf8.count == 9 && name.hasPrefix("n")
      && name.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
  }

  /// The first name of each id in a file of lines of an id, white space, and names with commas.
  private static func read(_ file: String) throws -> [String: String] {
    var names: [String: String] = [:]
    for line in try listLines(of: file) {
      let parts = line.text.split(maxSplits: 1) { $0 == " " || $0 == "\t" }
      guard parts.count == 2, let first = parts[1].split(separator: ",").first else { continue }
      names[String(parts[0])] = first.drop { $0 == " " || $0 == "\t" }.description
    }
    return names
  }
}
