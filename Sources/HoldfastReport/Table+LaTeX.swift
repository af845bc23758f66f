extension Table {
  /// A LaTeX `tabular`, whose rules are those of the `booktabs` package.
  public func latex() -> String {
    let layout = columns.map { $0.alignment == .left ? "l" : "r" }.joined()
    func line(_ cells: [String]) -> String {
      cells.map(\.latex).joined(separator: " & ") + " \\\\"
    }
    return
      (["\\begin{tabular}{\(layout)}", "\\toprule", line(columns.map(\.name)), "\\midrule"]
      + rows.map(line) + ["\\bottomrule", "\\end{tabular}"]).joined(separator: "\n")
  }
}

extension String {
  /// This text with nothing in it that LaTeX would obey.
  ///
  /// Brackets are in braces, because after a line break they would be its argument.
  var latex: String {
    printable().map { character in
      switch character {
      case "\\": "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "_", "%": "\\\(character)"
      case "^": "\\textasciicircum{}"
      case "~": "\\textasciitilde{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "|": "\\textbar{}"
      case "\"": "\\char34{}"
      case "[", "]", "*": "{\(character)}"
      case "×": "$\\times$"
      default: String(character)
      }
    }.joined()
  }
}
