import HoldfastReport
import Testing

@Suite("Tables")
struct TableTests {
  private func table(_ rows: [[String]]) -> Table {
    var table = Table(texts: ["name", "what"], numbers: ["n"])
    for row in rows { table.add(row) }
    return table
  }

  @Test("are padded for a terminal, numbers to the right")
  func text() {
    #expect(
      table([["a", "long text", "1"], ["bcdefg", "", "1000"]]).text() == """
        name    what          n
        a       long text     1
        bcdefg             1000
        """)
  }

  @Test("count the columns that a terminal gives to wide characters and accents")
  func wide() {
    #expect(
      table([
        ["猫", "x", "1"], ["e\u{301}t\u{e9}", "y", "2"], ["🐈", "z", "3"], ["abcd", "", "4"],
      ])
      .text() == """
        name  what  n
        猫    x     1
        e\u{301}t\u{e9}   y     2
        🐈    z     3
        abcd        4
        """)
  }

  @Test("keep what a terminal would obey out of it")
  func controls() {
    let text = table([["a\u{1B}[31m", "b\r\nc", "\u{7}"]]).text()
    #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\r" || $0 == "\u{7}" })
    #expect(text.split(separator: "\n").count == 2)
  }

  @Test("fill short rows, and leave out what has no column")
  func ragged() {
    #expect(table([["a"], ["a", "b", "c", "d"]]).rows == [["a", "", ""], ["a", "b", "c"]])
    #expect(table([]).text() == "name  what  n")
    #expect(table([]).csv() == "name,what,n")
  }

  @Test("are Markdown with bars escaped and lines kept together")
  func markdown() {
    #expect(
      table([["a|b", "c\nd", "1"]]).markdown() == """
        | name | what | n |
        | --- | --- | ---: |
        | a\\|b | c\\nd | 1 |
        """)
  }

  @Test("are comma-separated values with quotes where they are needed")
  func csv() {
    #expect(
      table([["a,b", "say \"x\"", "1"], ["c\r\nd", "e\nf", "2"], ["plain", "", "3"]]).csv()
        == "name,what,n\n\"a,b\",\"say \"\"x\"\"\",1\n\"c\r\nd\",\"e\nf\",2\nplain,,3")
  }

  @Test("give their rows by name")
  func objects() {
    #expect(table([["a", "b", "1"]]).objects == [["name": "a", "what": "b", "n": "1"]])
  }

  @Test("are LaTeX in which nothing is obeyed")
  func latex() {
    var table = Table(texts: ["name_1"], numbers: ["50 %"])
    table.add(["[a] & {b} $x^2$ ~ #1 \\end", "<1 | \"2\">*"])
    table.add(["3×32\nx", ""])
    #expect(
      table.latex() == ##"""
        \begin{tabular}{lr}
        \toprule
        name\_1 & 50 \% \\
        \midrule
        {[}a{]} \& \{b\} \$x\textasciicircum{}2\$ \textasciitilde{} \#1 \textbackslash{}end & \textless{}1 \textbar{} \char34{}2\char34{}\textgreater{}{*} \\
        3$\times$32\textbackslash{}nx &  \\
        \bottomrule
        \end{tabular}
        """##)
  }
}
