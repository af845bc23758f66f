/// The text of a Swift file, read as far as the rules of the house need: what it imports, and where it
/// speaks to a terminal.
struct SwiftText {
  let text: String

  /// The modules that it imports, whatever stands before `import` and whichever symbol is meant.
  var imports: [String] {
    let before = /(?:(?:@\w+(?:\([^)]*\))?|public|package|internal|fileprivate|private)\s+)*/
    let kind = /(?:(?:struct|class|enum|protocol|typealias|func|let|var|actor|macro)\s+)?/
    return statements.compactMap { statement in
      guard let start = statement.prefixMatch(of: before),
        let word = statement[start.range.upperBound...].prefixMatch(of: /import\s+/),
        let symbol = statement[word.range.upperBound...].prefixMatch(of: kind),
        let module = statement[symbol.range.upperBound...].prefixMatch(of: /\w+/)
      else { return nil }
      return String(module.0)
    }
  }

  /// The statements that speak to a terminal or read from one.
  var talk: [String] {
    statements.map(String.init).filter { statement in
      statement.contains(
        /\b(?:isatty|STD(?:IN|OUT|ERR)_FILENO|readLine|fputs|stdin|stdout|stderr)\b/)
        || statement.contains(/FileHandle\.standard(?:Error|Output|Input)/)
        || statement.contains(/(?:^|[^.\w]|\bSwift\.)(?:print|debugPrint|dump)\(/)
    }
  }

  /// The lines without comments, each cut at its semicolons.
  private var statements: [Substring] {
    text.split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }
      .filter { !$0.hasPrefix("//") }
      .flatMap { $0.split(separator: ";") }
      .map { $0.drop(while: \.isWhitespace) }
  }
}
