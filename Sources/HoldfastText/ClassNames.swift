public import Foundation

/// The names of a data set's classes, in the order of their labels.
public struct ClassNames: Hashable, Sendable, RandomAccessCollection {
  /// The names; the label of a class is its place here, from 0.
  public let names: [String]

  /// Takes a list of names.
  /// - Throws: ``TextError`` when there are none, or when one is empty or given twice.
  public init(_ names: [String]) throws(TextError) {
    try self.init(names, source: "class names") { "class \($0)" }
  }

  /// Loads a text file with one name a line, such as CLIP_benchmark's `classnames.txt`.
  ///
  /// White space around a name is dropped.
  /// - Throws: ``TextError`` with the line number when a name is empty or given twice.
  public init(contentsOf file: URL) throws(TextError) {
    let lines = try TextFile.lines(file)
    try self.init(lines, source: file.path) { "\(file.path), line \($0 + 1)" }
  }

  private init(
    _ lines: [String], source: String, place: (Int) -> String
  ) throws(TextError) {
    var labels: [String: Int] = [:]
    var names: [String] = []
    for (label, line) in lines.enumerated() {
      let name = line.trimmingCharacters(in: .whitespaces)
      guard !name.isEmpty else {
        throw TextError(
          what: "an empty class name", where: place(label),
          hint: "labels count the lines, so every line needs a name")
      }
      if let first = labels.updateValue(label, forKey: name) {
        throw TextError(
          what: "\(name.quoted) is named twice", where: place(label),
          hint: "it is also \(place(first)); two classes with one name cannot be told apart")
      }
      names.append(name)
    }
    guard !names.isEmpty else {
      throw TextError(what: "no class names", where: source, hint: "write one name a line")
    }
    self.names = names
  }

  /// The first label, 0.
  public var startIndex: Int { 0 }
  /// The number of classes.
  public var endIndex: Int { names.count }
  /// The name of a class by its label.
  public subscript(label: Int) -> String { names[label] }
}
