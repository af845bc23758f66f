import Foundation
import Holdfast
import Yams

/// A YAML file of options: `--config audit.yaml` stands for the options that it names.
///
/// A key is an option without its dashes. A list repeats an option that may be repeated and is joined
/// by commas for another; `true` gives a flag. What the command line says of an option wins.
struct ConfigurationFile {
  /// The most bytes that such a file may have.
  private static let limit = 1 << 20
  /// Options of which the command line may have another than the file.
  private static let rivals = [["quiet", "verbose"]]

  let path: String
  let command: CommandHelp.Command

  /// The options of the file that are not on the command line.
  ///
  /// - Throws: `UsageError` with the line for a key that is not an option, a key that comes twice,
  ///   and a value that the option cannot take.
  func settings(beside given: [String]) throws -> [Invocation.Setting] {
    let known = command.shownArguments.filter {
      $0.kind != "positional" && !$0.longNames.contains("config")
    }
    func isGiven(_ argument: CommandHelp.Argument) -> Bool {
      given.prefix { $0 != "--" }.contains { word in
        argument.spellings.contains { word == $0 || word.hasPrefix("\($0)=") }
      }
    }
    var settings: [Invocation.Setting] = []
    for (key, value, line) in try entries() {
      guard let argument = known.first(where: { $0.longNames.contains(key) }) else {
        throw UsageError(
          "\(path):\(line): holdfast \(command.commandName) has no option `\(key)`",
          hint: nearest(key, among: known.flatMap(\.longNames)).first.map {
            "did you mean `\($0)`?"
          }
            ?? "`holdfast \(command.commandName) --help` lists what it takes")
      }
      let others = Self.rivals.first { $0.contains(key) } ?? [key]
      guard !known.contains(where: { !others.allSatisfy($0.isNot) && isGiven($0) }) else {
        continue
      }
      let words = try words(for: argument, key, value, line)
      if !words.isEmpty { settings.append(.init(key: key, words: words, line: line)) }
    }
    return settings
  }

  private func words(
    for argument: CommandHelp.Argument, _ key: String, _ value: Node, _ line: Int
  ) throws(UsageError) -> [String] {
    func strange(_ what: String, _ example: String) -> UsageError {
      UsageError("\(path):\(line): `\(key)` takes \(what)", hint: "write \(key): \(example)")
    }
    let example = "<\(argument.valueName ?? "value")>"
    if argument.kind == "flag" {
      guard let isOn = value.bool else { throw strange("true or false", "true") }
      return isOn ? ["--\(key)"] : []
    }
    let values: [String]
    switch value {
    case .scalar(let scalar) where value.null == nil: values = [scalar.string]
    case .sequence(let list):
      var texts: [String] = []
      for item in list {
        guard case .scalar(let scalar) = item, item.null == nil else {
          throw strange("plain values in its list", "[\(example), \(example)]")
        }
        texts.append(scalar.string)
      }
      values = argument.isRepeating || texts.isEmpty ? texts : [texts.joined(separator: ",")]
    default: throw strange("a value or a list of them", example)
    }
    return values.map { "--\(key)=\($0)" }
  }

  /// The keys and values of the file, in its order, with their lines.
  private func entries() throws(UsageError) -> [(key: String, value: Node, line: Int)] {
    let hint = "write a line KEY: VALUE per option"
    guard let handle = FileHandle(forReadingAtPath: path),
      let data = try? handle.read(upToCount: Self.limit + 1) ?? Data()
    else { throw UsageError("`\(path)` cannot be read", hint: "--config takes a YAML file") }
    guard data.count <= Self.limit, let text = String(data: data, encoding: .utf8) else {
      throw UsageError("`\(path)` is not a configuration file", hint: hint)
    }
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch {
      let (line, problem) = Self.place(of: error)
      throw UsageError("\(path)\(line.map { ":\($0)" } ?? ""): \(problem)", hint: hint)
    }
    guard let root else { return [] }
    guard case .mapping(let mapping) = root else {
      throw UsageError("\(path):\(root.mark?.line ?? 1): there are no keys", hint: hint)
    }
    return mapping.map { key, value in
      (key.scalar?.string ?? "", value, key.mark?.line ?? 1)
    }
  }

  /// The line and the reason that a reader of YAML gives.
  private static func place(of error: any Error) -> (line: Int?, problem: String) {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return (mark.line, problem)
    case .duplicatedKeysInMapping(let keys, let context):
      return (
        context.mark.line,
        "\(keys.sorted().map { "`\($0)`" }.joined(separator: ", ")) is there more than once"
      )
    default: return (nil, "this is not YAML")
    }
  }
}

extension CommandHelp.Argument {
  /// Whether it has another name.
  fileprivate func isNot(_ name: String) -> Bool { !longNames.contains(name) }
}
