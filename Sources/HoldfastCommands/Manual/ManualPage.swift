import Holdfast

/// The manual of the program, from the definitions of its arguments, in the macros of mdoc(7).
struct ManualPage {
  let root: CommandHelp.Command

  /// The page as text.
  func text() -> String {
    var lines = [
      ".Dd \(HoldfastCommand.day)", ".Dt HOLDFAST 1", ".Os \"Holdfast \(HoldfastCommand.version)\"",
      ".Sh NAME", ".Nm holdfast", ".Nd \(Self.title(root.abstract))",
      ".Sh SYNOPSIS", ".Nm", ".Ar command", ".Op Ar options",
      ".Nm", ".Ar command", ".Fl Fl help",
      ".Sh DESCRIPTION",
    ]
    lines += Self.paragraphs(root.discussion)
    lines.append(".Sh COMMANDS")
    for command in root.shown {
      lines.append(".Ss \(Self.argument(command.commandName))")
      lines += Self.paragraphs([command.abstract, command.discussion].compactMap(\.self))
      lines += Self.list(command.ownArguments)
    }
    lines.append(".Sh COMMON OPTIONS")
    lines += Self.paragraphs("Every command takes these, but for completions and manual.")
    lines += Self.list(root.commonArguments)
    lines.append(".Sh ENVIRONMENT")
    lines += Self.list(Surroundings.variables.map { (".It Ev \($0)", $1) }, width: "Ds")
    lines.append(".Sh FILES")
    lines += Self.paragraphs("A run is a folder:")
    lines += Self.list(Surroundings.files.map { (".It Pa \($0)", $1) }, width: "samples.jsonl")
    lines.append(".Sh EXIT STATUS")
    lines += Self.list(Surroundings.codes.map { (".It \($0)", $1) }, width: "64")
    lines.append(".Sh EXAMPLES")
    for (purpose, line) in Surroundings.examples {
      if !purpose.isEmpty {
        if lines.last != ".Sh EXAMPLES" { lines.append(".Pp") }
        lines += Self.wrapped(purpose)
      }
      lines.append(".Dl \(Self.escaped(line))")
    }
    return lines.joined(separator: "\n")
  }

  // MARK: Parts

  private static func list(_ arguments: [CommandHelp.Argument]) -> [String] {
    list(arguments.map { (heading(of: $0), $0.meaning) }, width: "Ds")
  }

  private static func list(_ items: [(head: String, text: String)], width: String) -> [String] {
    guard !items.isEmpty else { return [] }
    return [".Bl -tag -width \(width)"] + items.flatMap { [$0.head] + wrapped($0.text) } + [".El"]
  }

  /// `.It Fl Fl model Ar model`, `.It Fl q , Fl Fl quiet`, `.It Ar image ...`.
  private static func heading(of it: CommandHelp.Argument) -> String {
    let value = "Ar \(argument(it.valueName ?? "value"))" + (it.isRepeating ? " No ..." : "")
    let names = it.spellings.map { name in
      (name.hasPrefix("--") ? "Fl Fl " : "Fl ") + argument(String(name.trimmingPrefix(/-+/)))
    }
    switch it.kind {
    case "positional": return ".It \(value)"
    case "flag": return ".It \(names.joined(separator: " , "))"
    default: return ".It \(names.joined(separator: " , ")) \(value)"
    }
  }

  /// A summary as mdoc wants it: without a full stop, beginning small.
  private static func title(_ text: String?) -> String {
    let plain = (text ?? "").trimmingSuffix(".")
    return escaped(plain.prefix(1).lowercased() + plain.dropFirst())
  }

  private static func paragraphs(_ text: String?) -> [String] { paragraphs([text ?? ""]) }

  private static func paragraphs(_ texts: [String]) -> [String] {
    let all = texts.flatMap { $0.split(separator: "\n").map(String.init) }.filter { !$0.isEmpty }
    return Array(all.map(wrapped).joined(separator: [".Pp"]))
  }

  // MARK: Words

  /// Lines of at most 78 characters, and a new one for each sentence, in which nothing is a request.
  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    func finish() {
      if !line.isEmpty { lines.append(line.hasPrefix(".") ? "\\&" + line : line) }
      line = ""
    }
    for word in text.split(whereSeparator: \.isWhitespace).map({ escaped(String($0)) }) {
      if line.count + word.count + 1 > 78 { finish() }
      line += line.isEmpty ? word : " \(word)"
      if word.hasSuffix(".") || word.hasSuffix("?") || word.hasSuffix(".)") { finish() }
    }
    finish()
    return lines
  }

  /// A word that is an argument of a macro and no macro itself.
  private static func argument(_ word: String) -> String {
    let plain = escaped(word)
    let guarded = word.first?.isUppercase ?? true ? "\\&\(plain)" : plain
    return guarded.replacing(" ", with: "\\ ")
  }

  /// Text in which nothing is an escape, and only ASCII.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "…": result += "..."
      case "'": result += result.isEmpty ? "\\&'" : "'"
      case "\"": result += "\\(dq"
      case "-": result += "\\-"
      case "`": result += "\\(ga"
      case _ where scalar.isASCII: result.unicodeScalars.append(scalar)
      default: result += "\\[u\(hex(scalar.value))]"
      }
    }
    return result
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension String {
  fileprivate func trimmingSuffix(_ suffix: String) -> String {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
  }
}
